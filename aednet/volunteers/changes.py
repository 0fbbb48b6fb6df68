"""What a draft means for the columns of a volunteer."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from aednet.base.errors import InvalidValue
from aednet.base.phone import PhoneNumber
from aednet.geography.points import LatLon
from aednet.volunteers.keys import hashes_of_email, hashes_of_phone
from aednet.volunteers.models import Volunteer
from aednet.volunteers.rules import Role, certificate_lapses_on

AS_THEY_ARE = ("name", "note", "available", "travel_mode", "language", "status", "area_id", "home")


def columns_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that the named fields of a draft set, and those that follow from them."""
    columns = {name: values[name] for name in AS_THEY_ARE if name in values}
    if "phone" in values:
        number: PhoneNumber = values["phone"]
        columns |= {"phone": number.e164, "phone_hash": hashes_of_phone(number)[0]}
    if "email" in values:
        address: str | None = values["email"]
        columns |= {"email": address, "email_hash": None if address is None else hashes_of_email(address)[0]}
    if "roles" in values:
        columns |= {
            "responds": Role.RESPONDER in values["roles"],
            "fetches": Role.FETCHER in values["roles"],
            "guards": Role.GUARDIAN in values["roles"],
        }
    if "course_on" in values:
        day: date | None = values["course_on"]
        columns |= {
            "course_on": day,
            "certificate_lapses_on": None if day is None else certificate_lapses_on(day),
        }
    return columns


def set_columns(volunteer: Volunteer, columns: Mapping[str, Any]) -> frozenset[str]:
    """Set columns of a stored volunteer. Returns which differed; one that does not is left untouched."""
    differing = {name: value for name, value in columns.items() if getattr(volunteer, name) != value}
    for name, value in differing.items():
        setattr(volunteer, name, value)
    return frozenset(differing)


def moved_home(home: LatLon, values: Mapping[str, Any]) -> LatLon | None:
    """Return the new home where a latitude or longitude is named, else None."""
    if not {"lat", "lon"} & values.keys():
        return None
    return LatLon(lat=values.get("lat", home.lat), lon=values.get("lon", home.lon))


def check_course(course_on: date | None, *, today: date) -> None:
    """Refuse a course that is yet to be.

    Raises:
        InvalidValue: it is after `today`.
    """
    if course_on is not None and course_on > today:
        raise InvalidValue("The course is yet to be.", fields={"course_on": "lies after today"})

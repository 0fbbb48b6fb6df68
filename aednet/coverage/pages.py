"""The front page: the map and list of cabinets, nearest first once a place is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template, request
from pydantic import BaseModel, ValidationError

from aednet.areas.places import find_place
from aednet.base.context import current
from aednet.base.drafts import Latitude, Longitude
from aednet.base.errors import InvalidValue
from aednet.base.texts import folded
from aednet.cabinets.facts import CabinetFacts
from aednet.cabinets.hours.openness import Openness, next_change, openness
from aednet.cabinets.rules import Readiness
from aednet.coverage.live import current_network
from aednet.coverage.nearest import NearCabinet, nearest_cabinets
from aednet.coverage.network import Network
from aednet.geography.gazetteer import FoundPlace
from aednet.geography.points import LatLon
from aednet.geography.shipped import CREDIT
from aednet.web.limits import limit_reads

LISTED = 60  # rows before a place is named; the map shows every cabinet
NEAREST = 10
LONGEST_QUESTION = 100

blueprint = Blueprint("map", __name__, template_folder="templates")


class Here(BaseModel):
    """Where a visitor's phone says that it is; sent in a body, so that no log or history keeps it."""

    lat: Latitude
    lon: Longitude

    @classmethod
    def parse(cls, form: Mapping[str, str]) -> LatLon:
        """Read a position.

        Raises:
            InvalidValue: there is none, or none on the earth; the message does not repeat it.
        """
        try:
            here = cls.model_validate(dict(form))
        except ValidationError as error:
            fields = {str(entry["loc"][0]): entry["msg"] for entry in error.errors()}
            raise InvalidValue("The position cannot be used.", fields=fields) from None
        return LatLon(lat=here.lat, lon=here.lon)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A cabinet as the list shows it; distance and minutes where a place is known."""

    cabinet: CabinetFacts
    readiness: Readiness
    open: Openness
    open_changes_at: datetime | None
    straight_line_m: float | None = None
    minutes: float | None = None

    @property
    def area_name(self) -> str:
        """The area in words, empty where the cabinet lies in none."""
        return self.cabinet.area_name or ""


@blueprint.get("/")
def front() -> str:
    """Show the cabinets; with `plaats`, those nearest to that place."""
    network, now = current_network(), current().clock.now()
    asked = request.args.get("plaats", "").strip()[:LONGEST_QUESTION]
    place = _find_place(network, asked)
    return render_template(
        "coverage/front.html",
        asked=asked,
        place=place,
        rows=_some(network, now) if place is None else _nearest(network, place.position, now),
        total=len(network.cabinets),
        area_names=[area.name for area in network.areas],
        areas_credit=CREDIT,
    )


@blueprint.post("/dichtbij")
@limit_reads
def near_me() -> str:
    """Return the part of the front page that lists the cabinets nearest to where a phone is."""
    here = Here.parse(request.form)
    rows = _nearest(current_network(), here, current().clock.now())
    return render_template("coverage/_rows.html", rows=rows)


def _find_place(network: Network, asked: str) -> FoundPlace | None:
    place = find_place(network.areas, asked) if asked else None
    return place if place is not None and network.extent.contains(place.position) else None


def _some(network: Network, now: datetime) -> list[Row]:
    today = network.calendar.day_of(now)
    return [
        Row(
            cabinet=cabinet,
            readiness=cabinet.readiness(today),
            open=openness(cabinet.opening_hours, now, network.calendar),
            open_changes_at=next_change(cabinet.opening_hours, now, network.calendar),
        )
        for cabinet in sorted(network.cabinets[:LISTED], key=lambda cabinet: folded(cabinet.name))
    ]


def _nearest(network: Network, origin: LatLon, now: datetime) -> list[Row]:
    found = nearest_cabinets(network, origin, at=now, limit=NEAREST, include_closed=True)
    return [_near_row(network, near, now) for near in found]


def _near_row(network: Network, near: NearCabinet, now: datetime) -> Row:
    return Row(
        cabinet=near.cabinet,
        readiness=near.readiness,
        open=near.open,
        open_changes_at=next_change(near.cabinet.opening_hours, now, network.calendar),
        straight_line_m=near.straight_line_m,
        minutes=near.minutes,
    )

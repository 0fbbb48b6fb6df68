"""The page on which administrators read who did what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Self

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from aednet.accounts.guards import require
from aednet.accounts.rules import Permission
from aednet.accounts.trail import TrailFilter, TrailPlace, list_events
from aednet.base.clock import FIRST_YEAR, LAST_YEAR, start_of_day
from aednet.base.context import current
from aednet.base.database import db
from aednet.web.places import read_id, read_place, write_place

PAGE = 50  # events
LONGEST = 200  # characters of a name in the trail
REST = "*"

blueprint = require(Permission.ADMINISTER)(
    Blueprint("trail", __name__, template_folder="templates", url_prefix="/desk/spoor")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailForm:
    """What was asked for, as it was typed; `day_on` is None where the day is empty or none."""

    wie: str
    actie: str
    wat: str
    dag: str
    day_on: date | None

    @classmethod
    def parse(cls, fields: Mapping[str, str]) -> Self:
        """Read a query; what is missing is empty."""
        typed = {name: fields.get(name, "").strip()[:LONGEST] for name in ("wie", "actie", "wat", "dag")}
        return cls(**typed, day_on=_read_day(typed["dag"]))

    @property
    def has_bad_day(self) -> bool:
        """Tell whether something stands in the field of the day that is no day."""
        return bool(self.dag) and self.day_on is None

    @property
    def address(self) -> Mapping[str, str]:
        """What is asked for as the address of a page carries it."""
        typed = {"wie": self.wie, "actie": self.actie, "wat": self.wat, "dag": self.dag}
        return {name: text for name, text in typed.items() if text}

    @property
    def filter(self) -> TrailFilter:
        """What is asked for."""
        beginning = self.wat.removesuffix(REST) if self.wat.endswith(REST) else ""
        zone = current().settings.zone
        return TrailFilter(
            actor=self.wie or None,
            action=self.actie or None,
            subject=self.wat if self.wat and not self.wat.endswith(REST) else None,
            begins_with=beginning or None,
            since=None if self.day_on is None else start_of_day(self.day_on, zone),
            until=None if self.day_on is None else start_of_day(self.day_on + timedelta(days=1), zone),
        )


@blueprint.get("")
def show() -> ResponseReturnValue:
    """List what was done, a page at a time."""
    form, after = TrailForm.parse(request.args), _place_asked_for()
    if form.has_bad_day:
        return _page(form), 422
    page = list_events(db.session(), form.filter, limit=PAGE, after=after)
    onward = None if page.next_after is None else _in_address(page.next_after)
    return _page(form, events=page.rows, after=after, onward=onward)


def _page(form: TrailForm, **found: Any) -> str:
    return render_template("accounts/trail.html", form=form, **found)


def _place_asked_for() -> TrailPlace | None:
    text = request.args.get("na")
    if text is None:
        return None
    at, number, subject = read_place(text, _read_instant, read_id, str)
    return TrailPlace(subject=subject, at=at, id=number)


def _in_address(place: TrailPlace) -> str:
    return write_place(place.at.isoformat(), place.id, place.subject)


def _read_instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None or not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise ValueError("is no instant of the trail")
    return instant


def _read_day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None

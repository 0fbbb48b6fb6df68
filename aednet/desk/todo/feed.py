"""The same list as a calendar, by a secret address that calendar programs ask for on their own.

Calendars are copied to clouds: no name or number of a volunteer stands in it, nor any word of a report.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from flask import Blueprint, Response, get_template_attribute, request, url_for
from flask_babel import gettext
from icalendar import Calendar, Event

from aednet.accounts.calendars import find_calendar_reader
from aednet.areas.names import AreaName, names_of
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.errors import NotFound
from aednet.base.urgency import NEVER
from aednet.cabinets.todo.rules import out_of_sight
from aednet.desk.todo.everything import list_lines
from aednet.desk.todo.stock import MOST, Line, MessageFacts
from aednet.desk.todo.view import scope_of
from aednet.volunteers.todo_queries import CertificatesToDo
from aednet.web.limits import limiter

LONGEST = 500  # things to do, the most urgent; nobody finds their way in a calendar of more
ASK_AGAIN_AFTER = timedelta(hours=6)

limit_calendars = limiter.shared_limit("120 per hour", scope="calendars")  # an office shares one address

blueprint = Blueprint("calendar", __name__, template_folder="../templates")


@blueprint.get("/agenda/<token>.ics")
@limit_calendars
def feed(token: str) -> Response:
    """Give what is to be done in the areas of whoever the address was made for, by their rights of now."""
    reader = find_calendar_reader(db.session(), token)
    if reader is None:
        raise NotFound("There is no such calendar.")
    clock = current().clock
    today = clock.today()
    scope = scope_of(db.session(), reader, now=clock.now(), today=today)
    lines = list_lines(scope, after=None, limit=LONGEST).rows
    answer = Response(_calendar(lines, today=today).to_ical(), content_type="text/calendar; charset=utf-8")
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@blueprint.after_request
def _keep_to_itself(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _calendar(lines: Sequence[Line], *, today: date) -> Calendar:
    names = names_of(db.session(), {line.area_id for line in lines if line.area_id is not None})
    calendar = Calendar()
    calendar.add("prodid", "-//aednet//aednet//NL")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", gettext("aednet: te doen"))
    calendar.add("refresh-interval", ASK_AGAIN_AFTER, parameters={"VALUE": "DURATION"})
    for line in lines:
        calendar.add_component(_event(line, names=names, today=today))
    return calendar


def _area_words(line: Line, names: Mapping[int, AreaName]) -> str:
    """Return what the area is called in which a line lies, if it lies in one."""
    name = None if line.area_id is None else names.get(line.area_id)
    return str(gettext("Buiten de smederijen")) if name is None else name.name


def _event(line: Line, *, names: Mapping[int, AreaName], today: date) -> Event:
    """Return a thing to do as a whole day: its own, or today where that has passed or there is none.

    Its stamp is that of the day, so that a calendar in which nothing changed is the same to the byte.
    """
    place, base = line.place, current().settings.public_base_url
    day = today if place.at == NEVER else max(today, place.at.date())
    words = get_template_attribute("desk/_todo_words.html", "line_words")
    what = words(line, today, out_of_sight(today), MOST).unescape()
    where = _area_words(line, names)
    if isinstance(line.facts, CertificatesToDo):
        key = f"{place.kind}-{int(place.band)}-{place.id}"  # an area has one for each band
        about, path = where, url_for("todo.show", soort=place.kind)
    elif isinstance(line.facts, MessageFacts):
        key = f"{place.kind}-{place.id}"
        about, path = where, url_for("conversations.show_all")
    else:
        key = f"{place.kind}-{place.id}"
        about = f"{line.facts.name} ({line.facts.ref})"
        path = url_for("desk_cabinets.show", ref=line.facts.ref)
    event = Event()
    event.add("uid", f"{key}@{urlsplit(base).hostname}")
    event.add("dtstamp", datetime(today.year, today.month, today.day, tzinfo=UTC))
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", f"{about}: {what}")
    event.add("transp", "TRANSPARENT")  # nobody is busy because of it
    event.add("url", f"{base}{path}")
    return event

"""The demo's telephones: what arrives on them, a box to answer in, and the clock that can be moved on.

There in the demo alone. What is written here is taken in as if Twilio had posted it, and what is sent
is read from the console: none of it leaves the machine.
"""

import re
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from aednet.alerts.answering import Received
from aednet.alerts.webhooks import take_in
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.errors import InvalidValue, NotFound
from aednet.demo import phones
from aednet.demo.clock import MovedClock
from aednet.demo.moving import move_to
from aednet.demo.phones import Phone, find_phone

LANDS_AT: Final = time(10)  # local, when reminders may be sent
STEPS: Final = {"tomorrow": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30)}
LONGEST_TEXT: Final = 1_600  # characters, as a message at Twilio
LONGEST_SOUGHT: Final = 300  # characters
MESSAGE: Final = re.compile(r"[0-9a-f]{32}")
OURS: Final = "DM"  # what our own ids of messages begin with; Twilio's begin with SM or MM

blueprint = Blueprint("demo_phone", __name__, template_folder="templates", url_prefix="/demo/phone")


@blueprint.get("")
def show_all() -> str:
    """Offer a few telephones to choose from, and a way to look for others."""
    return _list()


@blueprint.post("/zoeken")
def search() -> str:
    """Find telephones by the name of their owner. Whose is in the body: it names people."""
    return _list(sought=request.form.get("wie", "").strip()[:LONGEST_SOUGHT])


@blueprint.get("/<key>")
def show(key: str) -> str:
    """Show what was said on a telephone."""
    return _page(_get_phone(key))


@blueprint.post("/<key>")
def answer(key: str) -> ResponseReturnValue:
    """Write a message with a telephone."""
    phone = _get_phone(key)
    text, message = request.form.get("tekst", ""), request.form.get("bericht", "")
    if MESSAGE.fullmatch(message) is None:
        raise InvalidValue("This is no message.", fields={"bericht": "is missing or unreadable"})
    if not text.strip() or len(text) > LONGEST_TEXT:
        return _page(phone, text=text, complaint="long" if text.strip() else "empty"), 422
    take_in(Received(provider_id=f"{OURS}{message}", sender=phone.number, text=text))
    return redirect(url_for(".show", key=key, _anchor="telefoon"), code=303)


@blueprint.post("/klok")
def move_clock() -> ResponseReturnValue:
    """Move the clock on to ten o'clock of a day, and lead back to the telephone at hand."""
    day, zone = _day_asked_for(), current().settings.zone
    move_to(_clock(), datetime.combine(day, LANDS_AT, tzinfo=zone))
    phone = find_phone(db.session(), request.form.get("telefoon", ""), today=current().clock.today())
    if phone is None:
        return redirect(url_for(".show_all"), code=303)
    return redirect(url_for(".show", key=phone.key, _anchor="telefoon"), code=303)


def _list(sought: str | None = None) -> str:
    session, settings, today = db.session(), current().settings, current().clock.today()
    if sought is not None:
        found = phones.search_phones(session, sought, country=settings.country, today=today)
        return render_template("demo/phones.html", sought=sought, found=found, **_time())
    reached = phones.list_reached_phones(session, today=today)
    return render_template(
        "demo/phones.html",
        coordinator=phones.find_coordinators_phone(session),
        reached=reached,
        guardians=[one for one in phones.list_guardians_phones(session, today=today) if one not in reached],
        **_time(),
    )


def _page(phone: Phone, *, text: str = "", complaint: str | None = None) -> str:
    return render_template(
        "demo/phone.html",
        phone=phone,
        said=phones.list_said(db.session(), phone.number),
        text=text,
        complaint=complaint,
        longest=LONGEST_TEXT,
        message=uuid4().hex,
        **_time(),
    )


def _time() -> dict[str, object]:
    """Return what the part with the clock needs."""
    clock = current().clock
    return {"now": clock.now(), "days": {name: clock.today() + step for name, step in STEPS.items()}}


def _get_phone(key: str) -> Phone:
    phone = find_phone(db.session(), key, today=current().clock.today())
    if phone is None:
        raise NotFound("There is no such telephone.")
    return phone


def _day_asked_for() -> date:
    try:
        return date.fromisoformat(request.form.get("dag", ""))
    except ValueError:
        raise InvalidValue("This is no day.", fields={"dag": "is missing or unreadable"}) from None


def _clock() -> MovedClock:
    clock = current().clock
    if not isinstance(clock, MovedClock):
        raise NotFound("This clock cannot be moved.")
    return clock

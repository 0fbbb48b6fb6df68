"""What coordinators do about messages: read, answer, decide, take back, have them sent again."""

from datetime import datetime

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from aednet.accounts.guards import require
from aednet.accounts.identity import current_caller
from aednet.accounts.rules import Caller, Permission
from aednet.alerts.by_hand import MOST_SEGMENTS, answer_by_hand, segments_of, written_plainly
from aednet.alerts.reading.decisions import Person
from aednet.base import audit
from aednet.base.context import current
from aednet.base.database import LARGEST_ID, db
from aednet.base.errors import Conflict, NotFound
from aednet.base.transactions import transaction
from aednet.desk.conversations.pages import INBOUND, address_of, page_of_conversation
from aednet.desk.conversations.people import get_correspondent, get_sender, name_people, who_gets, who_wrote
from aednet.messaging.circuits import close_circuit
from aednet.messaging.inbound import mark_read
from aednet.messaging.queries import find_reminder
from aednet.messaging.rules import RecipientKind
from aednet.messaging.services import Decision, cancel, review
from aednet.messaging.threads import find_unread
from aednet.web.places import read_id

LONGEST = 2_000  # characters that are read; more fits no two messages
MOST_AT_ONCE = 100  # messages that are noted as read
DECISIONS = {"opnieuw": Decision.SEND_AGAIN, "verstuurd": Decision.CONSIDER_SENT}
MESSAGE = f"/sms/<int(max={LARGEST_ID}):reminder_id>"

blueprint = require(Permission.CHANGE)(
    Blueprint("conversing", __name__, template_folder="../templates", url_prefix="/desk/berichten")
)


@blueprint.post("/gelezen")
def note_read() -> ResponseReturnValue:
    """Note that the messages that were named have been read."""
    numbers, caller = _numbers(request.form.getlist("bericht")), current_caller()
    with transaction() as session:
        for number in numbers:
            get_sender(session, number, caller)
            mark_read(session, number, by=caller.actor, now=current().clock.now())
    if not numbers or "lijst" in request.form:
        return _to_list("gelezen")
    return redirect(url_for("conversations.show_one", inbound_id=numbers[0]), code=303)


@blueprint.post(f"{INBOUND}/antwoord")
def answer(inbound_id: int) -> ResponseReturnValue:
    """Send somebody who wrote what was typed. The same sent twice goes once."""
    caller, text = current_caller(), written_plainly(request.form.get("tekst", "")[:LONGEST])
    kind, own = who_wrote(get_sender(db.session(), inbound_id, caller).inbound)
    if kind is None or own is None:
        raise NotFound("It is not known who wrote this.")
    somebody = get_correspondent(db.session(), kind, own, caller)
    segments = segments_of(text)
    if not text or segments > MOST_SEGMENTS:
        fault = "missing" if not text else "long"
        return page_of_conversation(kind, own, text=text, fault=fault, segments=segments), 422
    now = current().clock.now()
    with transaction() as session:
        _read_until(session, somebody.kind, somebody.id, inbound_id, by=caller, now=now)
        answer_by_hand(
            session, Person(kind=kind, id=own), text, inbound_id=inbound_id, by=caller.actor, now=now
        )
    return redirect(address_of((kind, own), gedaan=f"antwoord-{segments}"), code=303)


@blueprint.post(f"{MESSAGE}/beslissen")
def decide(reminder_id: int) -> ResponseReturnValue:
    """Decide about a message in doubt. What was decided meanwhile stays."""
    said = request.form.get("besluit", "")
    if said not in DECISIONS:
        raise NotFound("There is no such decision.")
    caller = current_caller()
    try:
        with transaction() as session:
            review(
                session,
                reminder_id,
                DECISIONS[said],
                within=caller.area_ids,
                by=caller.actor,
                now=current().clock.now(),
            )
    except Conflict:
        return _back(reminder_id, caller, done="al")
    return _back(reminder_id, caller, done=said)


@blueprint.post(f"{MESSAGE}/intrekken")
def take_back(reminder_id: int) -> ResponseReturnValue:
    """Take back a message that waits. Once more does no harm."""
    caller = current_caller()
    try:
        with transaction() as session:
            cancel(session, reminder_id, within=caller.area_ids, by=caller.actor, now=current().clock.now())
    except Conflict:
        return _back(reminder_id, caller, done="weg")
    return _back(reminder_id, caller, done="ingetrokken")


@blueprint.post("/sms/aanzetten")
@require(Permission.ADMINISTER)
def use_route_again() -> ResponseReturnValue:
    """Let messages go out again by a route that rests."""
    route, caller = request.form.get("weg", ""), current_caller()
    with transaction() as session:
        if close_circuit(session, route):
            audit.record(
                session,
                at=current().clock.now(),
                actor=caller.actor,
                action="circuit_closed",
                subject=f"route {route}",
            )
    return _to_list("aangezet")


def _read_until(
    session: Session, kind: RecipientKind, own: int, last: int, *, by: Caller, now: datetime
) -> None:
    """Note as read what somebody wrote until a message: who answers it has read what came before."""
    for number in find_unread(session, kind, own, until=last):
        mark_read(session, number, by=by.actor, now=now)


def _numbers(texts: list[str]) -> list[int]:
    try:
        return [read_id(text) for text in texts[:MOST_AT_ONCE]]
    except ValueError as error:
        raise NotFound("There is no such message.") from error


def _to_list(done: str) -> ResponseReturnValue:
    return redirect(url_for("conversations.show_all", gedaan=done), code=303)


def _back(reminder_id: int, caller: Caller, *, done: str) -> ResponseReturnValue:
    """Lead back to the conversation from which something was done, or to the list."""
    session = db.session()
    message = find_reminder(session, reminder_id, within=caller.area_ids)
    if message is not None and "lijst" not in request.form:
        who = who_gets(message)
        if who in name_people(session, [who], caller):
            return redirect(address_of(who, gedaan=done), code=303)
    return _to_list(done)

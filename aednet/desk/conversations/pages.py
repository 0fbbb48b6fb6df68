"""What waits for a person, and the conversations."""

from datetime import UTC, datetime

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from aednet.accounts.guards import require
from aednet.accounts.identity import current_caller
from aednet.accounts.rules import Permission
from aednet.base.context import current
from aednet.base.database import LARGEST_ID, db
from aednet.base.errors import NotFound
from aednet.base.urgency import Spot
from aednet.desk.conversations.conversation import Conversation, talk_with, talk_with_stranger
from aednet.desk.conversations.people import Who, get_correspondent, get_sender, name_people, who_wrote
from aednet.desk.conversations.waiting import Box, Boxes, Question, open_boxes
from aednet.messaging.rules import RecipientKind
from aednet.messaging.threads import Side, ThreadPlace
from aednet.web.places import read_id, read_instant, read_place, write_place

INBOUND = f"/<int(max={LARGEST_ID}):inbound_id>"

blueprint = require(Permission.SEE_PEOPLE)(
    Blueprint("conversations", __name__, template_folder="../templates", url_prefix="/desk/berichten")
)


@blueprint.get("")
def show_all() -> str:
    """List what waits for a person in the caller's areas: of everything a little, or one box by the page."""
    question, caller = _question(), current_caller()
    boxes = open_boxes(db.session(), question, caller, now=current().clock.now())
    return render_template(
        "desk/conversations.html",
        boxes=boxes,
        box=question.box,
        is_continued="na" in request.args,
        next_after=None if question.box is None else _next_after(boxes),
        may_change=caller.may(Permission.CHANGE),
        may_change_area=caller.may_change_area,
        sees_everything=caller.area_ids is None,
        done=request.args.get("gedaan"),
    )


@blueprint.get(INBOUND)
def show_one(inbound_id: int) -> ResponseReturnValue:
    """Lead to where a message stands."""
    session, caller = db.session(), current_caller()
    inbound = get_sender(session, inbound_id, caller).inbound
    who = who_wrote(inbound)
    if inbound.sender_id is None:
        return redirect(url_for(".show_stranger", inbound_id=inbound_id), code=303)
    known = who in name_people(session, [who], caller)
    return redirect(address_of(who) if known else url_for(".show_all", soort=Box.UNREAD), code=303)


@blueprint.get(f"/vrijwilliger/<int(max={LARGEST_ID}):volunteer_id>")
def show_volunteer(volunteer_id: int) -> str:
    """Show what was said with a volunteer of the caller's areas."""
    return page_of_conversation(RecipientKind.VOLUNTEER, volunteer_id)


@blueprint.get(f"/account/<int(max={LARGEST_ID}):account_id>")
def show_account(account_id: int) -> str:
    """Show what was said with a coordinator: with the caller, or for administrators with any."""
    return page_of_conversation(RecipientKind.ACCOUNT, account_id)


@blueprint.get(f"/onbekend{INBOUND}")
def show_stranger(inbound_id: int) -> str:
    """Show what came from the number of a message that is nobody's."""
    sender = get_sender(db.session(), inbound_id, current_caller())
    if sender.inbound.sender_id is not None:
        raise NotFound("It is known who wrote this.")
    return _page(talk_with_stranger(db.session(), sender, before=_place_asked_for()))


def page_of_conversation(
    kind: RecipientKind, own: int, *, text: str = "", fault: str | None = None, segments: int = 0
) -> str:
    """Return the page of a conversation, with what was typed and why it was not sent.

    Raises:
        NotFound: there is nobody of that number whom the caller may know.
    """
    session, caller = db.session(), current_caller()
    somebody = get_correspondent(session, kind, own, caller)
    conversation = talk_with(session, somebody, caller, before=_place_asked_for())
    return _page(conversation, text=text, fault=fault, segments=segments)


def address_of(who: Who, **query: object) -> str:
    """Return where the conversation with somebody is shown."""
    kind, own = who
    if kind is RecipientKind.VOLUNTEER:
        return url_for("conversations.show_volunteer", volunteer_id=own, **query)  # type: ignore[arg-type]
    return url_for("conversations.show_account", account_id=own, **query)  # type: ignore[arg-type]


def _page(conversation: Conversation, **typed: object) -> str:
    caller, older = current_caller(), conversation.older
    return render_template(
        "desk/conversation.html",
        conversation=conversation,
        older=None if older is None else write_place(older.at.isoformat(), int(older.side), older.id),
        is_older="ouder" in request.args,
        path=request.path if request.method == "GET" else None,
        may_change=caller.may(Permission.CHANGE),
        may_change_area=caller.may_change_area,
        done=request.args.get("gedaan"),
        **{"text": "", "fault": None, "segments": 0} | typed,
    )


def _question() -> Question:
    text, after = request.args.get("soort"), request.args.get("na")
    try:
        box = Box(text) if text else None
    except ValueError as error:
        raise NotFound("There is no such list.") from error
    if after is None:
        return Question(box=box)
    if box is Box.UNREAD:
        at, own = read_place(after, read_instant, read_id)
        return Question(box=box, spot=Spot(at=at, id=own))
    if box is None:
        raise NotFound("There is no such list.")
    return Question(box=box, after=read_place(after, read_id)[0])


def _next_after(boxes: Boxes) -> str | None:
    page = next(page for page in (boxes.unread, boxes.doubt, boxes.held) if page is not None)
    after = page.next_after
    if isinstance(after, Spot):
        return write_place(after.at.isoformat(), after.id)
    return None if after is None else write_place(after)


def _place_asked_for() -> ThreadPlace | None:
    text = request.args.get("ouder")
    if text is None:
        return None
    at, side, own = read_place(text, datetime.fromisoformat, lambda part: Side(read_id(part)), read_id)
    if at.tzinfo is None:
        raise NotFound("There is no such page.")
    return ThreadPlace(at=at.astimezone(UTC), side=side, id=own)

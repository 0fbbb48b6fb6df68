"""The outbox over HTTP, for the coordinators of its areas."""

from collections.abc import Mapping, Sequence

from apiflask import APIBlueprint
from flask import Response, jsonify, url_for
from sqlalchemy.orm import Session

from aednet.accounts.guards import require
from aednet.accounts.identity import current_caller
from aednet.accounts.rules import Permission
from aednet.alerts.schemas import (
    ReminderAnswer,
    ReminderCollection,
    ReminderListQuery,
    reminder_answer,
)
from aednet.areas.names import names_of
from aednet.base.context import current
from aednet.base.database import LARGEST_ID, db
from aednet.base.errors import NotFound
from aednet.base.transactions import transaction
from aednet.messaging import services
from aednet.messaging.queries import ReminderRow, find_reminder, list_reminders
from aednet.web.addresses import outside_address
from aednet.web.limits import limit_reads
from aednet.web.openapi import answers

blueprint = require(Permission.SEE_PEOPLE)(
    APIBlueprint("reminders_api", __name__, url_prefix="/api/v1/reminders", tag="Reminders")
)


@blueprint.get("")
@limit_reads
@blueprint.input(ReminderListQuery, location="query", arg_name="query")
@blueprint.doc(responses=answers(ReminderCollection, "A page of messages"))
def every_reminder(query: ReminderListQuery) -> Response:
    """List the messages of the caller's areas, by number: planned, sent, and what became of them."""
    session = db.session()
    page = list_reminders(
        session,
        within=current_caller().area_ids,
        state=query.state,
        after=query.cursor or 0,
        limit=query.limit,
    )
    slugs = slugs_of(session, page.rows)
    answer = jsonify(reminders=[reminder_answer(row, areas=slugs) for row in page.rows])
    if page.next_after is not None:
        answer.headers["Link"] = f'<{_next_page(query, page.next_after)}>; rel="next"'
    return answer


@blueprint.post(f"/<int(max={LARGEST_ID}):reminder_id>/cancel")
@require(Permission.CHANGE)
@blueprint.doc(responses=answers(ReminderAnswer, "The message, cancelled now or before", errors=(404, 409)))
def cancel(reminder_id: int) -> Response:
    """Take back a message that has not been sent. Once more does no harm."""
    caller = current_caller()
    with transaction() as session:
        services.cancel(
            session, reminder_id, within=caller.area_ids, by=caller.actor, now=current().clock.now()
        )
    session = db.session()
    row = find_reminder(session, reminder_id, within=caller.area_ids)
    if row is None:
        raise NotFound(f"There is no message {reminder_id}.")
    return jsonify(reminder_answer(row, areas=slugs_of(session, [row])))


def slugs_of(session: Session, rows: Sequence[ReminderRow]) -> Mapping[int | None, str]:
    """Return the slugs of the areas of messages by their ids."""
    names = names_of(session, {row.area_id for row in rows if row.area_id is not None})
    return {area_id: area.slug for area_id, area in names.items()}


def _next_page(query: ReminderListQuery, cursor: int) -> str:
    fields = query.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    return outside_address(url_for(".every_reminder", **(fields | {"cursor": cursor})))

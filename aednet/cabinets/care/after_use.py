"""Writes of the path of an AED that was used, back into service.

Whoever is named as `actor` need be no coordinator: a guardian's reply or the page of a cabinet may begin it.
Each function wants the cabinet held, so that nobody else changes it meanwhile.
"""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.base import audit
from aednet.base.errors import Conflict, NotFound
from aednet.cabinets.care.models import AfterUse, AfterUseStep
from aednet.cabinets.care.recovery import (
    Outcome,
    Step,
    may_begin,
    possible,
    status_at_end,
    status_while_open,
)
from aednet.cabinets.devices import current_device, put_in
from aednet.cabinets.ledger.services import notes_changes
from aednet.cabinets.models import Cabinet
from aednet.cabinets.rules import ConsumableKind, Status
from aednet.cabinets.upkeep import settle

REPLACED = {Step.PADS: ConsumableKind.PADS_ADULT, Step.BATTERY: ConsumableKind.BATTERY}


class StepTooEarly(Conflict):
    """Something else has to be done before this step."""

    code: ClassVar[str] = "step_too_early"


class PathClosed(Conflict):
    """The path ended before, by whoever was quicker."""

    code: ClassVar[str] = "path_closed"


@notes_changes
def begin_after_use(session: Session, cabinet: Cabinet, *, actor: str, now: datetime) -> bool:
    """Note that the AED of a cabinet was used: it is out of service now. Returns False where that was noted.

    Raises:
        Conflict: there is no AED that could have been used.
    """
    if _open_path(session, cabinet) is not None:
        return False
    if not may_begin(cabinet.status):
        raise Conflict("No AED hangs there.")
    path = AfterUse(
        cabinet_id=cabinet.id,
        begun_at=now,
        begun_by=actor,
        was_in_service=cabinet.status is Status.IN_SERVICE,
    )
    session.add(path)
    _set_status(session, cabinet, status_while_open(cabinet.status), now=now)
    _record(session, cabinet, "after_use_begun", actor=actor, now=now)
    return True


@notes_changes
def tick(
    session: Session,
    cabinet: Cabinet,
    path_id: int,
    step: Step,
    *,
    actor: str,
    now: datetime,
    today: date,
    expires_on: date | None = None,
) -> bool:
    """Note that a step was done; the last one puts the cabinet back. Returns False where it was noted before.

    New pads, and a battery for which a date is named, take the place of the old; pads whose date nobody read
    have none, and a cabinet whose dates are unknown does not count as ready.

    Raises:
        NotFound: there is no such path at this cabinet.
        PathClosed: it ended before, and not with this step.
        StepTooEarly: something else comes first.
    """
    path = _get(session, cabinet, path_id)
    done = set(session.scalars(select(AfterUseStep.step).where(AfterUseStep.after_use_id == path.id)))
    if step in done:
        return False
    if path.closed_at is not None:
        raise PathClosed("The path has ended.")
    if step not in possible(done):
        raise StepTooEarly("Something else comes before this step.")
    session.add(AfterUseStep(after_use_id=path.id, step=step, done_at=now, done_by=actor))
    if step is Step.PADS or (step is Step.BATTERY and expires_on is not None):
        device = current_device(session, cabinet.id)
        put_in(session, device, REPLACED[step], installed_on=today, expires_on=expires_on)
        cabinet.updated_at = now
    session.flush()
    _record(session, cabinet, "after_use_step", actor=actor, now=now, step=step)
    if step is Step.IN_SERVICE:
        _close(session, cabinet, path, Outcome.USED, actor=actor, now=now)
    return True


@notes_changes
def was_not_used(session: Session, cabinet: Cabinet, path_id: int, *, actor: str, now: datetime) -> bool:
    """End a path because the AED was not used after all. Returns False where that was noted before.

    Raises:
        NotFound: there is no such path at this cabinet.
        PathClosed: it ended with the AED back in service.
    """
    path = _get(session, cabinet, path_id)
    if path.closed_at is not None:
        if path.outcome is Outcome.NOT_USED:
            return False
        raise PathClosed("The path has ended.")
    _close(session, cabinet, path, Outcome.NOT_USED, actor=actor, now=now)
    return True


def _open_path(session: Session, cabinet: Cabinet) -> AfterUse | None:
    return session.scalar(
        select(AfterUse).where(AfterUse.cabinet_id == cabinet.id, AfterUse.closed_at.is_(None))
    )


def _get(session: Session, cabinet: Cabinet, path_id: int) -> AfterUse:
    path = session.get(AfterUse, path_id)
    if path is None or path.cabinet_id != cabinet.id:
        raise NotFound("There is no such path.")
    return path


def _close(
    session: Session, cabinet: Cabinet, path: AfterUse, outcome: Outcome, *, actor: str, now: datetime
) -> None:
    path.closed_at, path.closed_by, path.outcome = now, actor, outcome
    _set_status(session, cabinet, status_at_end(cabinet.status, was_in_service=path.was_in_service), now=now)
    _record(session, cabinet, "after_use_ended", actor=actor, now=now, outcome=outcome)


def _set_status(session: Session, cabinet: Cabinet, status: Status, *, now: datetime) -> None:
    if status is not cabinet.status:
        cabinet.status, cabinet.updated_at = status, now
    settle(session, [cabinet.id])


def _record(
    session: Session, cabinet: Cabinet, action: str, *, actor: str, now: datetime, **detail: str
) -> None:
    audit.record(session, at=now, actor=actor, action=action, subject=f"cabinet {cabinet.ref}", detail=detail)

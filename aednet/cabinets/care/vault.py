"""The vault of access codes: shown only to whoever says what for, and on record each time."""

from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aednet.accounts.models import Account
from aednet.accounts.rules import Caller
from aednet.base import audit
from aednet.base.errors import AednetError, Conflict
from aednet.cabinets.care.code_reasons import MOST_READINGS, READINGS_COUNT_FOR
from aednet.cabinets.care.drafts import CodeReadingDraft
from aednet.cabinets.care.models import CodeReading
from aednet.cabinets.ledger.services import notes_changes
from aednet.cabinets.models import Cabinet


class TooManyReadings(AednetError):
    """The caller was shown as many codes as anybody needs in an hour; `wait` is how long until the next."""

    code: ClassVar[str] = "too_many_readings"

    def __init__(self, wait: timedelta) -> None:
        super().__init__("You were shown many codes within the hour.")
        self.wait = wait


class CodeChanged(Conflict):
    """Somebody else changed the cabinet meanwhile."""

    code: ClassVar[str] = "code_changed"


def reveal_code(
    session: Session, cabinet: Cabinet, draft: CodeReadingDraft, *, by: Caller, now: datetime
) -> str | None:
    """Return the code of a cabinet, or None where it has none; the reading of a code is on record.

    The audit trail says who, which cabinet and for what kind of reason. The caller's own words may name
    people, and the trail is kept for good and read by others: they stay with the reading, encrypted.

    Raises:
        TooManyReadings: the caller was shown 20 codes within the hour.
    """
    if cabinet.access_code is None:
        return None
    # Or two readings at once would both be the twentieth.
    session.execute(select(Account.id).where(Account.id == by.account_id).with_for_update())
    since = now - READINGS_COUNT_FOR
    own = (
        select(func.count(), func.min(CodeReading.at))
        .select_from(CodeReading)
        .where(CodeReading.actor == by.actor, CodeReading.at > since)
    )
    count, first_at = session.execute(own).one()
    if count >= MOST_READINGS:
        raise TooManyReadings(first_at - since)
    session.add(
        CodeReading(cabinet_id=cabinet.id, actor=by.actor, at=now, reason=draft.reason, note=draft.note)
    )
    session.flush()
    _record(session, cabinet, "code_revealed", by=by, now=now, reason=draft.reason)
    return cabinet.access_code


@notes_changes
def change_code(
    session: Session, cabinet: Cabinet, code: str | None, *, seen_at: datetime, by: Caller, now: datetime
) -> bool:
    """Give a cabinet another code, or none; the old one is gone. Returns False where it is so already.

    `seen_at` is when the cabinet was last changed, as far as the caller knows.

    Raises:
        CodeChanged: somebody else changed the cabinet since.
    """
    if cabinet.access_code == code:
        return False
    if cabinet.updated_at != seen_at:
        raise CodeChanged("The cabinet was changed meanwhile.")
    cabinet.access_code, cabinet.updated_at = code, now
    session.flush()
    _record(session, cabinet, "code_changed", by=by, now=now)
    return True


def _record(
    session: Session, cabinet: Cabinet, action: str, *, by: Caller, now: datetime, **detail: str
) -> None:
    audit.record(
        session, at=now, actor=by.actor, action=action, subject=f"cabinet {cabinet.ref}", detail=detail
    )

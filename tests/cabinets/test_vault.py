import threading
from datetime import datetime, timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import func, select, text

from aednet.accounts.rules import Caller, Role
from aednet.base.audit import AuditEvent
from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.cabinets.care.code_reasons import MOST_READINGS, CodeReason
from aednet.cabinets.care.drafts import CodeReadingDraft
from aednet.cabinets.care.models import CodeReading
from aednet.cabinets.care.queries import list_readings
from aednet.cabinets.care.vault import CodeChanged, TooManyReadings, change_code, reveal_code
from aednet.cabinets.models import Cabinet
from tests.factories import NOW, make_account, make_cabinet

CODE, OTHER = "C1234X", "Z9876Y"
CHECK = CodeReadingDraft(reason=CodeReason.CHECK)


@pytest.fixture(autouse=True)
def cabinet_id(app: APIFlask) -> int:
    with transaction() as session:
        return make_cabinet(session, access_code=CODE)


@pytest.fixture
def caller(app: APIFlask) -> Caller:
    return Caller(account_id=make_account(), role=Role.ADMINISTRATOR, area_ids=None)


def read(caller: Caller, draft: CodeReadingDraft = CHECK, *, at: datetime = NOW) -> str | None:
    with transaction() as session:
        return reveal_code(session, session.scalars(select(Cabinet)).one(), draft, by=caller, now=at)


def change(caller: Caller, code: str | None, *, seen_at: datetime = NOW, at: datetime = NOW) -> bool:
    with transaction() as session:
        cabinet = session.scalars(select(Cabinet)).one()
        return change_code(session, cabinet, code, seen_at=seen_at, by=caller, now=at)


def trail() -> list[tuple[str, str, str, dict[str, str]]]:
    db.session.rollback()
    events = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id))
    return [
        (event.action, event.actor, event.subject, event.detail)
        for event in events
        if event.action.startswith("code_")
    ]


def test_each_reading_is_on_record_with_the_kind_of_reason_and_none_of_the_words(
    caller: Caller, cabinet_id: int
) -> None:
    words = CodeReadingDraft(reason=CodeReason.OTHER, note="Piet Voorbeeld staat ervoor")
    assert read(caller, words) == CODE
    assert trail() == [("code_revealed", caller.actor, "cabinet HGV-001", {"reason": "other"})]
    (reading,) = list_readings(db.session(), cabinet_id, limit=5)
    assert (reading.actor, reading.at, reading.reason) == (caller.actor, NOW, CodeReason.OTHER)
    assert reading.note == "Piet Voorbeeld staat ervoor"
    assert "Piet" not in repr(reading)
    assert b"Piet" not in bytes(db.session.execute(text("SELECT note FROM code_reading")).scalar_one())


def test_somebody_is_shown_twenty_codes_an_hour_and_another_one_after_it(caller: Caller) -> None:
    for minute in range(MOST_READINGS):
        assert read(caller, at=NOW + timedelta(minutes=minute)) == CODE
    with pytest.raises(TooManyReadings) as refusal:
        read(caller, at=NOW + timedelta(minutes=30))
    assert refusal.value.wait == timedelta(minutes=30)
    other = Caller(account_id=caller.account_id + 1, role=Role.COORDINATOR, area_ids=None)
    assert read(other, at=NOW + timedelta(minutes=30)) == CODE
    assert len(trail()) == MOST_READINGS + 1
    assert read(caller, at=NOW + timedelta(minutes=60)) == CODE
    with pytest.raises(TooManyReadings):
        read(caller, at=NOW + timedelta(minutes=60))


def test_not_even_two_at_once_get_past_the_limit(app: APIFlask, caller: Caller) -> None:
    for _ in range(MOST_READINGS - 1):
        read(caller)
    got: list[str | None] = []

    def ask() -> None:
        with app.app_context():
            try:
                got.append(read(caller))
            except TooManyReadings:
                got.append(None)

    other = threading.Thread(target=ask)
    with transaction() as session:
        assert reveal_code(session, session.scalars(select(Cabinet)).one(), CHECK, by=caller, now=NOW) == CODE
        other.start()
        other.join(1)  # it waits for this transaction, or would count without it
    other.join()
    assert got == [None]
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(CodeReading)) == MOST_READINGS


def test_of_a_cabinet_without_a_code_nothing_is_read(caller: Caller) -> None:
    assert change(caller, None)
    assert read(caller) is None
    assert [action for action, *_ in trail()] == ["code_changed"]


def test_another_code_takes_the_place_of_the_old_one_which_is_kept_nowhere(caller: Caller) -> None:
    later = NOW + timedelta(minutes=1)
    assert change(caller, OTHER, at=later)
    assert not change(caller, OTHER, at=later)  # sent twice
    assert read(caller) == OTHER
    assert trail()[0] == ("code_changed", caller.actor, "cabinet HGV-001", {})


def test_whoever_starts_from_an_old_state_overwrites_nobody_s_code(caller: Caller) -> None:
    change(caller, OTHER, at=NOW + timedelta(minutes=1))
    with pytest.raises(CodeChanged):
        change(caller, "third", at=NOW + timedelta(minutes=2))
    assert read(caller) == OTHER


def test_a_reason_that_says_too_little_wants_words() -> None:
    with pytest.raises(ValueError, match="say for what"):
        CodeReadingDraft(reason=CodeReason.OTHER)

"""What waits for a person stands on the desk of the area where its cabinet or its person is by now."""

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from aednet.alerts.following import follow_subjects
from aednet.alerts.planning.rules import SubjectKind
from aednet.areas.models import Area
from aednet.base.database import db
from aednet.base.phone import PhoneNumber
from aednet.base.transactions import transaction
from aednet.cabinets.care.after_use import begin_after_use
from aednet.cabinets.care.models import AfterUse
from aednet.cabinets.models import Cabinet
from aednet.messaging.inbound import NewInbound, keep_inbound
from aednet.messaging.models import InboundSms, Reminder
from aednet.messaging.rules import State
from aednet.volunteers.models import Volunteer
from tests.factories import NOW, make_area_draft, make_areas, make_cabinet, make_volunteer
from tests.messaging.parts import VOLUNTEER, make_reminder


@pytest.fixture
def areas(app: APIFlask) -> tuple[int, int]:
    """Two areas, of which the first holds all that is made here."""
    make_areas(make_area_draft(), make_area_draft("east", name="Oost", west=7.0))
    here, there = db.session.scalars(select(Area.id).order_by(Area.slug.desc()))
    return here, there


def about(kind: SubjectKind, subject_id: int, area_id: int | None, state: State) -> int:
    made = make_reminder(1, f"{kind}_{state}", subject_kind=kind, subject_id=subject_id, area_id=area_id)
    with transaction() as session:
        session.get_one(Reminder, made).state = state
    return made


def area_of(made: int) -> int | None:
    db.session.rollback()
    return db.session.get_one(Reminder, made).area_id


def follow() -> None:
    with transaction() as session:
        follow_subjects(session)


@pytest.mark.parametrize("state", [State.NEEDS_REVIEW, State.HELD])
def test_a_message_in_doubt_moves_with_what_it_is_about(areas: tuple[int, int], state: State) -> None:
    here, there = areas
    with transaction() as session:
        cabinet, person = make_cabinet(session), make_volunteer(session)
        begin_after_use(session, session.get_one(Cabinet, cabinet), actor="test", now=NOW)
        use = session.scalars(select(AfterUse.id)).one()
    made = [
        about(SubjectKind.CABINET, cabinet, here, state),
        about(SubjectKind.VOLUNTEER, person, here, state),
        about(SubjectKind.AFTER_USE, use, here, state),
    ]
    follow()
    assert [area_of(one) for one in made] == [here] * 3, "as long as nothing moves"
    with transaction() as session:
        session.get_one(Cabinet, cabinet).area_id = there
        session.get_one(Volunteer, person).area_id = None
    follow()
    assert [area_of(one) for one in made] == [there, None, there]


def test_what_was_sent_tells_where_it_was_then(areas: tuple[int, int]) -> None:
    here, there = areas
    with transaction() as session:
        cabinet = make_cabinet(session)
        session.get_one(Cabinet, cabinet).area_id = there
    sent = about(SubjectKind.CABINET, cabinet, here, State.DELIVERED)
    follow()
    assert area_of(sent) == here


def test_what_is_about_nobody_who_is_there_stays(areas: tuple[int, int]) -> None:
    here, _ = areas
    orphan = about(SubjectKind.CABINET, 999, here, State.NEEDS_REVIEW)
    follow()
    assert area_of(orphan) == here


def test_an_unread_reply_moves_with_who_wrote_it(areas: tuple[int, int]) -> None:
    here, there = areas
    with transaction() as session:
        person = make_volunteer(session)
        session.get_one(Volunteer, person).area_id = there
        for number, sender_id in enumerate((person, None)):
            new = NewInbound(
                provider_id=f"SM{number}",
                sender=PhoneNumber(e164="+31612340001"),
                text="blub",
                outcome="asked",
                sender_kind=None if sender_id is None else VOLUNTEER,
                sender_id=sender_id,
                area_id=here,
            )
            keep_inbound(session, new, now=NOW)
    follow()
    db.session.rollback()
    moved = db.session.scalars(select(InboundSms.area_id).order_by(InboundSms.provider_id)).all()
    assert list(moved) == [there, here]

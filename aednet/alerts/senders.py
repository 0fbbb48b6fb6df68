"""What is known of whoever wrote to us, before anything is made of it."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from aednet.accounts import phones
from aednet.accounts.models import Account, AccountArea
from aednet.accounts.rules import Role
from aednet.alerts.reading.decisions import AnswerableCabinet, Context, OpenQuestion, Person
from aednet.alerts.reading.parts import split_ref
from aednet.alerts.reading.replies import Defect, Ok, Reading
from aednet.base.phone import PhoneNumber
from aednet.cabinets.models import Cabinet, CabinetWord, Guardianship
from aednet.cabinets.rules import Status
from aednet.messaging.models import InboundSms
from aednet.messaging.numbers import hashes_of
from aednet.messaging.rules import RecipientKind
from aednet.volunteers import keys
from aednet.volunteers.models import Volunteer
from aednet.volunteers.rules import Status as VolunteerStatus
from aednet.volunteers.training.models import Training, TrainingBooking
from aednet.volunteers.training.rules import BookingState, TrainingState

MOST_NAMED: Final = 20  # cabinets that end in one number; which is meant, the sender's own ones tell
ASKED_FOR: Final = timedelta(days=30)  # after so long nobody remembers what they were asked


class Outcome(StrEnum):
    """What came of a message that somebody wrote."""

    INSPECTIONS_LOGGED = "inspections_logged"
    DEFECT_REPORTED = "defect_reported"
    PROBLEM_REPORTED = "problem_reported"
    ANSWERED_YES = "answered_yes"
    ANSWERED_NO = "answered_no"
    STOPPED = "stopped"
    RESUMED = "resumed"
    ASKED = "asked"
    HANDED_OVER = "handed_over"
    UNKNOWN_SENDER = "unknown_sender"


NOT_UNDERSTOOD: Final = frozenset({Outcome.ASKED, Outcome.HANDED_OVER})


def who_has(session: Session, number: PhoneNumber) -> tuple[Person, ...]:
    """Return everybody whose number it is, volunteers first; nobody who left."""
    volunteers = session.scalars(
        select(Volunteer.id)
        .where(
            Volunteer.phone_hash.in_(keys.hashes_of_phone(number)), Volunteer.status != VolunteerStatus.LEFT
        )
        .order_by(Volunteer.id)
    )
    accounts = session.scalars(
        select(Account.id)
        .where(
            Account.phone_hash.in_(phones.hashes_of_phone(number)),
            Account.is_active,
            Account.role.in_([Role.ADMINISTRATOR, Role.COORDINATOR]),
        )
        .order_by(Account.id)
    )
    return (
        *(Person(kind=RecipientKind.VOLUNTEER, id=one) for one in volunteers),
        *(Person(kind=RecipientKind.ACCOUNT, id=one) for one in accounts),
    )


def context_of(
    session: Session,
    number: PhoneNumber,
    senders: Sequence[Person],
    reading: Reading,
    *,
    now: datetime,
    today: date,
) -> Context:
    """Return what is known of the senders, and of the cabinets that they look after or name."""
    volunteers = _ids(senders, RecipientKind.VOLUNTEER)
    own = select(Guardianship.cabinet_id).where(Guardianship.volunteer_id.in_(volunteers), _holds(today))
    found = set(session.scalars(own)) | _named(session, reading)
    return Context(
        senders=tuple(senders),
        cabinets=_answerable(session, found, senders, today=today),
        questions=_questions(session, volunteers, {BookingState.INVITED}, now=now),
        seats=_questions(session, volunteers, {BookingState.BOOKED, BookingState.WAITING}, now=now),
        was_asked=was_asked(session, number, now=now),
    )


def was_asked(session: Session, number: PhoneNumber, *, now: datetime) -> bool:
    """Tell whether the last message of a number was not understood, and that was not long ago."""
    last = session.execute(
        select(InboundSms.outcome, InboundSms.received_at)
        .where(InboundSms.sender_hash.in_(hashes_of(number)))
        .order_by(InboundSms.id.desc())
        .limit(1)
    ).one_or_none()
    return last is not None and last.outcome in NOT_UNDERSTOOD and last.received_at > now - ASKED_FOR


def has_written(session: Session, number: PhoneNumber) -> bool:
    """Tell whether a number wrote to us before."""
    earlier = select(InboundSms.id).where(InboundSms.sender_hash.in_(hashes_of(number))).limit(1)
    return session.scalar(earlier) is not None


def _ids(senders: Sequence[Person], kind: RecipientKind) -> list[int]:
    return [one.id for one in senders if one.kind is kind]


def _holds(today: date) -> ColumnElement[bool]:
    """Return the condition that a guardianship has begun and not ended."""
    return and_(
        Guardianship.since_on <= today, or_(Guardianship.until_on.is_(None), Guardianship.until_on > today)
    )


def _named(session: Session, reading: Reading) -> set[int]:
    """Return the cabinets that a reply may name: by the number at the end, or the whole reference."""
    names = reading.cabinets if isinstance(reading, Ok) else ()
    if isinstance(reading, Defect) and reading.cabinet is not None:
        names = (reading.cabinet,)
    found: set[int] = set()
    for name in names:
        _, number = split_ref(name)
        by_name = Cabinet.ref == name
        if number is not None:
            words = select(CabinetWord.cabinet_id).where(CabinetWord.word.in_(_written(number)))
            by_name = or_(by_name, Cabinet.id.in_(words))
        wanted = select(Cabinet.id).where(by_name, Cabinet.status != Status.RETIRED).limit(MOST_NAMED)
        found |= set(session.scalars(wanted))
    return found


def _written(number: int) -> list[str]:
    """Return how a number may stand in references: `17`, `017`."""
    return [f"{number:0{digits}d}" for digits in range(1, 6)]


def _answerable(
    session: Session, cabinet_ids: Collection[int], senders: Sequence[Person], *, today: date
) -> tuple[AnswerableCabinet, ...]:
    rows = session.execute(
        select(Cabinet.id, Cabinet.ref, Cabinet.area_id)
        .where(Cabinet.id.in_(cabinet_ids), Cabinet.status != Status.RETIRED)
        .order_by(Cabinet.ref)
    ).all()
    watches = session.execute(
        select(Guardianship.cabinet_id, Guardianship.volunteer_id).where(
            Guardianship.cabinet_id.in_(cabinet_ids), _holds(today)
        )
    ).all()
    areas = _areas_of(session, _ids(senders, RecipientKind.ACCOUNT))
    return tuple(
        AnswerableCabinet(
            id=row.id,
            ref=row.ref,
            looked_after_by=frozenset(
                Person(kind=RecipientKind.VOLUNTEER, id=watch.volunteer_id)
                for watch in watches
                if watch.cabinet_id == row.id
            ),
            coordinated_by=frozenset(
                Person(kind=RecipientKind.ACCOUNT, id=account_id)
                for account_id, own in areas.items()
                if own is None or row.area_id in own
            ),
        )
        for row in rows
    )


def _areas_of(session: Session, account_ids: Sequence[int]) -> dict[int, frozenset[int] | None]:
    """Return the areas of each of these accounts, None for all."""
    if not account_ids:
        return {}
    rows = session.execute(select(Account.id, Account.role).where(Account.id.in_(account_ids)))
    roles = {row.id: row.role for row in rows}
    own: dict[int, set[int]] = {account_id: set() for account_id in roles}
    for row in session.execute(select(AccountArea).where(AccountArea.account_id.in_(account_ids))).scalars():
        own[row.account_id].add(row.area_id)
    return {
        account_id: None if role is Role.ADMINISTRATOR else frozenset(own[account_id])
        for account_id, role in roles.items()
    }


def _questions(
    session: Session, volunteers: Sequence[int], states: Collection[BookingState], *, now: datetime
) -> tuple[OpenQuestion, ...]:
    """Return where somebody stands so with a training day to come; each is known by its booking."""
    rows = session.execute(
        select(TrainingBooking.id, TrainingBooking.volunteer_id)
        .join(Training, Training.id == TrainingBooking.training_id)
        .where(
            TrainingBooking.volunteer_id.in_(volunteers),
            TrainingBooking.state.in_(states),
            Training.state == TrainingState.PLANNED,
            Training.begins_at > now,
        )
        .order_by(TrainingBooking.id)
    )
    return tuple(
        OpenQuestion(id=row.id, to=Person(kind=RecipientKind.VOLUNTEER, id=row.volunteer_id)) for row in rows
    )

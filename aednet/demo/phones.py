"""The telephones of the example network: whose they are, and what was said on them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from aednet.accounts.phones import find_phone as find_number
from aednet.accounts.queries import find_account_id
from aednet.base.phone import PhoneNumber
from aednet.cabinets.models import Cabinet, Guardianship
from aednet.cabinets.rules import Status
from aednet.messaging.models import InboundSms, Reminder, SmsAttempt
from aednet.messaging.numbers import hashes_of
from aednet.messaging.queries import list_on_console
from aednet.messaging.rules import AttemptState, RecipientKind
from aednet.volunteers.queries import Sought, VolunteerFilter, find_volunteers, list_volunteers

COORDINATOR: Final = "demo@aednet.example"
COORDINATORS_NUMBER: Final = PhoneNumber(e164="+31612349000")  # obviously invented
COORDINATORS_PHONE: Final = "coordinator"
MOST_REACHED: Final = 60
MOST_SHOWN: Final = 10
GUARDIANS_TURN: Final = timedelta(days=7)  # then the deputy is asked
MOST_FOUND: Final = 20
MOST_SAID: Final = 50  # from either side
LONGEST_NUMBER: Final = 9  # digits of a volunteer's number


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardedPlace:
    """A cabinet that somebody looks after."""

    ref: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """Somebody's telephone; `key` names it in addresses, and only the coordinator's has no `name`."""

    key: str
    name: str
    number: PhoneNumber
    cabinets: Sequence[GuardedPlace] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """Something that was said: to the telephone, or by its owner."""

    text: str
    at: datetime
    is_own: bool


def find_phone(session: Session, key: str, *, today: date) -> Phone | None:
    """Return a telephone, if there is one; nobody's that is not invented."""
    if key == COORDINATORS_PHONE:
        return find_coordinators_phone(session)
    if not (key.isascii() and key.isdecimal() and len(key) <= LONGEST_NUMBER):
        return None
    return next(iter(_phones(session, [int(key)], today=today)), None)


def find_coordinators_phone(session: Session) -> Phone | None:
    """Return the telephone of the demo's coordinator, as long as the account has a number."""
    account_id = find_account_id(session, COORDINATOR)
    number = None if account_id is None else find_number(session, account_id)
    return None if number is None else Phone(key=COORDINATORS_PHONE, name="", number=number)


def list_reached_phones(session: Session, *, today: date) -> Sequence[Phone]:
    """Return volunteers' telephones on which messages arrived of late, guardians' first, then the newest."""
    last_reached_first = (
        select(Reminder.recipient_id)
        .join(SmsAttempt, SmsAttempt.reminder_id == Reminder.id)
        .where(Reminder.recipient_kind == RecipientKind.VOLUNTEER, SmsAttempt.state == AttemptState.DELIVERED)
        .group_by(Reminder.recipient_id)
        .order_by(func.max(SmsAttempt.id).desc())
        .limit(MOST_REACHED)
    )
    reached = session.scalars(last_reached_first).all()
    return sorted(_phones(session, reached, today=today), key=lambda one: not one.cabinets)[:MOST_SHOWN]


def list_guardians_phones(session: Session, *, today: date) -> Sequence[Phone]:
    """Return telephones of those who look after a cabinet, the one to be checked soonest first."""
    due_first = (
        select(Cabinet.guardian_id)
        .where(
            Cabinet.guardian_id.is_not(None),
            Cabinet.check_due_on > today - GUARDIANS_TURN,
            Cabinet.status == Status.IN_SERVICE,
            Cabinet.is_example,
        )
        .group_by(Cabinet.guardian_id)
        .order_by(func.min(Cabinet.check_due_on), Cabinet.guardian_id)
        .limit(MOST_SHOWN)
    )
    return _phones(session, list(filter(None, session.scalars(due_first))), today=today)


def search_phones(session: Session, text: str, *, country: str, today: date) -> Sequence[Phone]:
    """Return the telephones of the volunteers with a name, number or address, a page of them at most."""
    wanted = VolunteerFilter(within=None, sought=Sought.parse(text, country))
    page = list_volunteers(session, wanted, limit=MOST_FOUND)
    return _phones(session, [one.id for one in page.volunteers], today=today)


def list_said(session: Session, number: PhoneNumber) -> Sequence[Bubble]:
    """Return what was said on a telephone of late, the newest last."""
    told = (
        Bubble(text=one.text, at=one.sent_at, is_own=False)
        for one in list_on_console(session, number, limit=MOST_SAID)
    )
    written = session.execute(
        select(InboundSms.text, InboundSms.received_at)
        .where(InboundSms.sender_hash.in_(hashes_of(number)))
        .order_by(InboundSms.id.desc())
        .limit(MOST_SAID)
    )
    own = (Bubble(text=one.text, at=one.received_at, is_own=True) for one in written)
    return sorted(chain(own, told), key=lambda one: one.at)


def _phones(session: Session, volunteer_ids: Sequence[int], *, today: date) -> Sequence[Phone]:
    """Return the telephones of these volunteers in this order, but for those who are not invented."""
    found = find_volunteers(session, volunteer_ids, within=None)
    cabinets = _guarded_by(session, volunteer_ids, today=today)
    return [
        Phone(
            key=str(one.id),
            name=one.name,
            number=one.phone,
            cabinets=cabinets.get(one.id, ()),
        )
        for volunteer_id in volunteer_ids
        if (one := found.get(volunteer_id)) is not None and one.is_example
    ]


def _guarded_by(
    session: Session, volunteer_ids: Collection[int], *, today: date
) -> Mapping[int, Sequence[GuardedPlace]]:
    rows = session.execute(
        select(Guardianship.volunteer_id, Cabinet.ref, Cabinet.name)
        .join(Cabinet, Cabinet.id == Guardianship.cabinet_id)
        .where(
            Guardianship.volunteer_id.in_(volunteer_ids),
            Guardianship.since_on <= today,
            or_(Guardianship.until_on.is_(None), Guardianship.until_on > today),
        )
        .order_by(Cabinet.ref)
    )
    places: dict[int, list[GuardedPlace]] = {}
    for row in rows:
        places.setdefault(row.volunteer_id, []).append(GuardedPlace(ref=row.ref, name=row.name))
    return places

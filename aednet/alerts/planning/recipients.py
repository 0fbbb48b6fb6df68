"""From what happened to whom it is told, in SQL: keepers, deputies, coordinators.

Every event is a row of what comes through unchanged (`WHAT`; `area_key` is 0 outside all areas), of
`is_example`, and where somebody looks after something, of `cabinet_id` and `told_on`. What is meant by each,
`notices.py` says in Python.
"""

from typing import Any, Final, cast

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    FromClause,
    ScalarSelect,
    Select,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from aednet.accounts.models import Account, AccountArea
from aednet.accounts.rules import Role
from aednet.areas.models import Area
from aednet.cabinets.guarding.models import Absence
from aednet.cabinets.models import Guardianship
from aednet.cabinets.rules import GuardianRole
from aednet.messaging.rules import RecipientKind
from aednet.volunteers.models import Volunteer
from aednet.volunteers.people import TAKES_PART

NO_AREA: Final = 0  # no row has this number
WHAT: Final = ("rule", "subject_id", "area_key", "occurrence_on", "due_at", "expires_at")

Found = Select[*tuple[Any, ...]]
AllFound = CompoundSelect[*tuple[Any, ...]] | Found


def to_keepers(events: FromClause, coordinators: FromClause) -> tuple[Found, Found]:
    """Return each event for whoever looks after its cabinet that day; where nobody does, for coordinators."""
    kept = select(events, _keeper(events).label("keeper_id")).cte()
    unkept = select(kept).where(kept.c.keeper_id.is_(None)).subquery()
    return (
        to_volunteers(kept).join(Volunteer, Volunteer.id == kept.c.keeper_id),
        to_coordinators(unkept, coordinators),
    )


def to_deputies(events: FromClause) -> Found:
    """Return each event for every deputy of its cabinet who is there that day."""
    return (
        to_volunteers(events)
        .join(
            Guardianship,
            and_(
                Guardianship.cabinet_id == events.c.cabinet_id,
                Guardianship.role == GuardianRole.DEPUTY,
                _holds(Guardianship, events.c.told_on),
            ),
        )
        .join(Volunteer, and_(Volunteer.id == Guardianship.volunteer_id, takes_part(Volunteer)))
        .where(~_is_away(Guardianship, events))
    )


def to_volunteers(events: FromClause) -> Found:
    """Begin a statement of each event for volunteers; which, the joins that are put to it say."""
    return select(
        *_what(events),
        literal(RecipientKind.VOLUNTEER.value).label("recipient_kind"),
        Volunteer.id.label("recipient_id"),
        or_(events.c.is_example, Volunteer.is_example).label("is_example"),
    ).select_from(events)


def to_coordinators(events: FromClause, coordinators: FromClause) -> Found:
    """Return each event for every account to turn to in its area."""
    return (
        select(
            *_what(events),
            literal(RecipientKind.ACCOUNT.value).label("recipient_kind"),
            coordinators.c.account_id.label("recipient_id"),
            events.c.is_example,
        )
        .select_from(events)
        .join(coordinators, coordinators.c.area_key == events.c.area_key)
    )


def takes_part(person: Any) -> ColumnElement[bool]:
    """Return the condition that a volunteer takes part."""
    return cast("ColumnElement[bool]", person.status.in_(TAKES_PART))


def _what(events: FromClause) -> list[ColumnElement[Any]]:
    return [events.c[name] for name in WHAT]


def coordinators() -> CTE:
    """Return who is to be turned to in each area: its coordinators, or else the administrators.

    Only those who have a number and may sign in.
    """
    is_reached = and_(Account.is_active, Account.phone.is_not(None))
    own = (
        select(AccountArea.area_id.label("area_key"), AccountArea.account_id)
        .join(Account, Account.id == AccountArea.account_id)
        .where(Account.role == Role.COORDINATOR, is_reached)
        .cte("own_coordinator")
    )
    keys = union_all(select(Area.id.label("area_key")), select(literal(NO_AREA))).cte("area_key")
    others = (
        select(keys.c.area_key, Account.id.label("account_id"))
        .join(Account, and_(Account.role == Role.ADMINISTRATOR, is_reached))
        .where(~exists().where(own.c.area_key == keys.c.area_key))
    )
    return union_all(select(own.c.area_key, own.c.account_id), others).cte("coordinator")


def _keeper(events: FromClause) -> ColumnElement[int]:
    """Return the first of those who look after a cabinet, are there that day and take part.

    That is its guardian nearly always: only where it is not, the others are put in order.
    """
    return func.coalesce(_guardian(events), _next_keeper(events))


def _guardian(events: FromClause) -> ScalarSelect[int]:
    watch, person = aliased(Guardianship), aliased(Volunteer)
    return (
        select(watch.volunteer_id)
        .join(person, person.id == watch.volunteer_id)
        .where(
            watch.cabinet_id == events.c.cabinet_id,
            watch.role == GuardianRole.GUARDIAN,
            _holds(watch, events.c.told_on),
            takes_part(person),
            ~_is_away(watch, events),
        )
        .order_by(watch.since_on, watch.volunteer_id)
        .limit(1)
        .correlate(events)
        .scalar_subquery()
    )


def _next_keeper(events: FromClause) -> ScalarSelect[int]:
    cabinet_id, on = events.c.cabinet_id, events.c.told_on
    watch, guardian, absence, person = (
        aliased(Guardianship),
        aliased(Guardianship),
        aliased(Absence),
        aliased(Volunteer),
    )
    return (
        select(watch.volunteer_id)
        .join(person, person.id == watch.volunteer_id)
        .outerjoin(
            guardian,
            and_(
                guardian.cabinet_id == watch.cabinet_id,
                guardian.role == GuardianRole.GUARDIAN,
                _holds(guardian, on),
            ),
        )
        .outerjoin(
            absence,
            and_(
                absence.volunteer_id == guardian.volunteer_id,
                absence.cover_id == watch.volunteer_id,
                absence.from_on <= on,
                absence.until_on >= on,
            ),
        )
        .where(
            watch.cabinet_id == cabinet_id,
            watch.role != GuardianRole.GUARDIAN,
            _holds(watch, on),
            takes_part(person),
            ~_is_away(watch, events),
        )
        .order_by(
            absence.id.is_(None),
            watch.since_on,
            watch.volunteer_id,
        )
        .limit(1)
        .correlate(events)
        .scalar_subquery()
    )


def _holds(watch: Any, on: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(watch.since_on <= on, or_(watch.until_on.is_(None), watch.until_on > on))


def _is_away(watch: Any, events: FromClause) -> ColumnElement[bool]:
    away, on = aliased(Absence), events.c.told_on
    # Said aloud, since the event stands two statements further out: else all events would be looked through.
    is_then = exists().where(away.volunteer_id == watch.volunteer_id, away.from_on <= on, away.until_on >= on)
    return is_then.correlate(events, watch)

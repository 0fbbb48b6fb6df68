"""The address book of the outbox: who a volunteer or an account is, by number, language and consent."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.accounts.models import Account
from aednet.alerts.wording.words import DUTCH
from aednet.base.phone import PhoneNumber
from aednet.messaging.outbox import Addressee
from aednet.messaging.rules import RecipientKind
from aednet.volunteers.models import Volunteer
from aednet.volunteers.people import TAKES_PART
from aednet.volunteers.phone_checks import find_number


class NetworkAddressBook:
    """Knows the volunteers, the accounts, and who is about to register."""

    def find(self, session: Session, kind: RecipientKind, recipient_id: int) -> Addressee | None:
        """Return who that is, or None where they are gone or have no number."""
        if kind is RecipientKind.VOLUNTEER:
            return _volunteer(session, recipient_id)
        if kind is RecipientKind.ACCOUNT:
            return _account(session, recipient_id)
        return _registering(session, recipient_id)


def _volunteer(session: Session, volunteer_id: int) -> Addressee | None:
    row = session.execute(
        select(
            Volunteer.phone,
            Volunteer.language,
            Volunteer.status,
            Volunteer.consent_version,
            Volunteer.is_example,
        ).where(Volunteer.id == volunteer_id)
    ).one_or_none()
    if row is None:
        return None
    return Addressee(
        number=PhoneNumber(e164=row.phone),
        language=row.language,
        is_allowed=row.status in TAKES_PART,
        consent_version=row.consent_version,
        is_example=row.is_example,
    )


def _account(session: Session, account_id: int) -> Addressee | None:
    row = session.execute(
        select(Account.phone, Account.is_active).where(Account.id == account_id)
    ).one_or_none()
    if row is None or row.phone is None:
        return None
    return Addressee(number=PhoneNumber(e164=row.phone), language=DUTCH, is_allowed=row.is_active)


def _registering(session: Session, check_id: int) -> Addressee | None:
    found = find_number(session, check_id)
    if found is None:
        return None
    number, language = found
    return Addressee(number=number, language=language, is_allowed=True)

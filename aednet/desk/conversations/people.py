"""Who messages come from and go to, as far as the caller may know."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from aednet.accounts.phones import find_phone
from aednet.accounts.queries import emails_of
from aednet.accounts.rules import Caller
from aednet.base.errors import NotFound
from aednet.base.phone import PhoneNumber
from aednet.messaging.queries import InboundRow
from aednet.messaging.rules import RecipientKind
from aednet.messaging.threads import Sender, find_sender
from aednet.volunteers.queries import find_volunteers

Who = tuple[RecipientKind | None, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correspondent:
    """Somebody with whom messages are exchanged and whom the caller may know."""

    kind: RecipientKind
    id: int
    name: str = field(repr=False)
    number: PhoneNumber | None = field(repr=False, default=None)
    area_name: str | None = None


def name_people(session: Session, people: Collection[Who], caller: Caller) -> Mapping[Who, Correspondent]:
    """Return those of some people whom the caller may know: of their areas; of accounts their own, or all."""
    volunteers = [own for kind, own in people if kind is RecipientKind.VOLUNTEER and own is not None]
    accounts = [own for kind, own in people if kind is RecipientKind.ACCOUNT and own is not None]
    if caller.area_ids is not None:
        accounts = [own for own in accounts if own == caller.account_id]
    found: dict[Who, Correspondent] = {}
    for own, facts in find_volunteers(session, volunteers, within=caller.area_ids).items():
        found[RecipientKind.VOLUNTEER, own] = Correspondent(
            kind=RecipientKind.VOLUNTEER,
            id=own,
            name=facts.name,
            number=facts.phone,
            area_name=facts.area_name,
        )
    for own, email in emails_of(session, accounts).items():
        found[RecipientKind.ACCOUNT, own] = Correspondent(kind=RecipientKind.ACCOUNT, id=own, name=email)
    return found


def get_correspondent(session: Session, kind: RecipientKind, own: int, caller: Caller) -> Correspondent:
    """Return somebody whom the caller may know.

    Raises:
        NotFound: there is nobody.
    """
    somebody = name_people(session, [(kind, own)], caller).get((kind, own))
    if somebody is None:
        raise NotFound("There is nobody of that number.")
    return somebody


def number_of(session: Session, somebody: Correspondent) -> PhoneNumber | None:
    """Return at which number somebody gets messages, if they have one."""
    if somebody.kind is RecipientKind.ACCOUNT:
        return find_phone(session, somebody.id)
    return somebody.number


def get_sender(session: Session, inbound_id: int, caller: Caller) -> Sender:
    """Return who wrote a message that the caller may read.

    Raises:
        NotFound: there is none.
    """
    sender = find_sender(session, inbound_id)
    if sender is None or not _may_read(session, sender.inbound, caller):
        raise NotFound("There is no such message.")
    return sender


def who_wrote(inbound: InboundRow) -> Who:
    """Return whose a message is."""
    return inbound.sender_kind, inbound.sender_id


def who_gets(message: Any) -> Who:
    """Return for whom a message of ours is."""
    return message.recipient_kind, message.recipient_id


def _may_read(session: Session, inbound: InboundRow, caller: Caller) -> bool:
    """Tell whether a message came from an area of the caller's, or from somebody who lives there by now."""
    who = who_wrote(inbound)
    return caller.may_see_area(inbound.area_id) or who in name_people(session, [who], caller)

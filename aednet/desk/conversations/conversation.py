"""One conversation as its page shows it: what was said, what waits to be said, what may be done."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from aednet.accounts.rules import Caller, Permission
from aednet.base.phone import PhoneNumber
from aednet.desk.conversations.people import Correspondent, number_of
from aednet.messaging.numbers import hashes_of
from aednet.messaging.suppressions import is_suppressed
from aednet.messaging.threads import (
    Said,
    Sender,
    ThreadPlace,
    Unsaid,
    find_last_written,
    list_from_stranger,
    list_thread,
    list_unsaid,
)

ENTRIES = 30  # of a conversation on one page
UNSAID = 20


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Conversation:
    """What was said with somebody, the oldest first; `older` is before which place there is more.

    `who` is None for a number that is nobody's; `answers` is the message that an answer is about, None where
    none can be given.
    """

    who: Correspondent | None
    number: PhoneNumber | None
    said: Sequence[Said]
    older: ThreadPlace | None
    unsaid: Sequence[Unsaid]
    answers: int | None
    wants_none: bool

    @property
    def unread(self) -> Sequence[int]:
        """The messages among these that nobody has read."""
        return [one.written.id for one in self.said if one.written and one.written.read_at is None]


def talk_with(
    session: Session, somebody: Correspondent, caller: Caller, *, before: ThreadPlace | None
) -> Conversation:
    """Return the conversation with somebody whom the caller may know."""
    page = list_thread(session, somebody.kind, somebody.id, before=before, limit=ENTRIES)
    number = number_of(session, somebody)
    wants_none = number is not None and is_suppressed(session, hashes_of(number))
    may_answer = caller.may(Permission.CHANGE) and number is not None and not wants_none
    return Conversation(
        who=somebody,
        number=number,
        said=page.rows[::-1],
        older=page.next_after,
        unsaid=[] if before else list_unsaid(session, somebody.kind, somebody.id, limit=UNSAID),
        answers=find_last_written(session, somebody.kind, somebody.id) if may_answer else None,
        wants_none=wants_none,
    )


def talk_with_stranger(session: Session, sender: Sender, *, before: ThreadPlace | None) -> Conversation:
    """Return what a number wrote that is nobody's; it gets no answer."""
    page = list_from_stranger(session, sender, before=before, limit=ENTRIES)
    return Conversation(
        who=None,
        number=PhoneNumber(e164=sender.number),
        said=page.rows[::-1],
        older=page.next_after,
        unsaid=[],
        answers=None,
        wants_none=False,
    )

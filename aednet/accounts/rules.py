"""Pure decisions about accounts: what each role may, who still counts as signed in, when guessing stops."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SESSION_IDLE = timedelta(hours=12)  # an evening's work, and not the next day on a borrowed computer
SESSION_LASTS = timedelta(days=14)  # however busy it is kept
SESSION_NOTED_EVERY = timedelta(minutes=10)  # so that not every page writes
TOKEN_NOTED_EVERY = timedelta(hours=1)

INVITATION_LASTS = timedelta(days=7)  # a volunteer coordinator has one evening a week
RESET_LASTS = timedelta(hours=24)  # whoever asked for it is waiting for it

FAILURES_COUNT_FOR = timedelta(minutes=15)
MOST_FAILURES_AN_EMAIL = 5
MOST_FAILURES_AN_ADDRESS = 20  # an office shares one address

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
LONGEST_EMAIL = 254  # RFC 5321, 4.5.3.1.3, without the angle brackets
EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
# Browsers read a backslash as a slash and drop tabs and line breaks, so that these could lead elsewhere.
LOCAL_PATH = re.compile(r"/(?!/)[^\\\x00-\x20\x7f]*")


class Role(StrEnum):
    """What somebody is to the network."""

    ADMINISTRATOR = "administrator"
    COORDINATOR = "coordinator"
    VIEWER = "viewer"


class Permission(StrEnum):
    """What a way in can ask for."""

    SEE = "see"  # cabinets in full, coverage and its gaps
    SEE_PEOPLE = "see_people"  # names, numbers and homes of volunteers
    CHANGE = "change"  # cabinets and volunteers
    ADMINISTER = "administer"  # accounts and the network itself


PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.COORDINATOR: frozenset({Permission.SEE, Permission.SEE_PEOPLE, Permission.CHANGE}),
    Role.VIEWER: frozenset({Permission.SEE}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whoever asks, signed in or with a token. `area_ids` is None for all areas and what lies in none."""

    account_id: int
    role: Role
    area_ids: frozenset[int] | None

    @property
    def actor(self) -> str:
        """The name by which the audit trail knows the caller: `coordinator 7`."""
        return f"{self.role} {self.account_id}"

    def may(self, permission: Permission) -> bool:
        """Tell whether the caller's role includes `permission`, in whatever areas."""
        return permission in PERMISSIONS[self.role]

    def may_see_area(self, area_id: int | None) -> bool:
        """Tell whether what lies in the area, or in none, exists for the caller."""
        return self.area_ids is None or area_id in self.area_ids

    def may_change_area(self, area_id: int | None) -> bool:
        """Tell whether the caller may change what lies in the area, or in none."""
        return self.may(Permission.CHANGE) and self.may_see_area(area_id)


def is_session_alive(
    *, seen_at: datetime, expires_at: datetime, ended_at: datetime | None, now: datetime
) -> bool:
    """Tell whether a session still holds. It ends at `expires_at`, and 12 hours after it was last seen."""
    return ended_at is None and now < expires_at and now < seen_at + SESSION_IDLE


def link_lasts(*, has_password: bool) -> timedelta:
    """Return how long a one-time link holds: an invitation longer than a reset."""
    return RESET_LASTS if has_password else INVITATION_LASTS


def is_link_alive(*, expires_at: datetime, ended_at: datetime | None, now: datetime) -> bool:
    """Tell whether a one-time link still holds. It ends when used, and at `expires_at`."""
    return ended_at is None and now < expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Attempts to sign in that were counted together, this one among them, since the first of them."""

    started_at: datetime
    count: int


def throttled_until(tally: Tally, *, most: int) -> datetime | None:
    """Return when the next attempt may be made, or None where this one may go on."""
    return tally.started_at + FAILURES_COUNT_FOR if tally.count > most else None


def normalised_email(text: str) -> str:
    """Return an address in the form in which it is compared."""
    return unicodedata.normalize("NFC", text.strip()).casefold()


def is_email(text: str) -> bool:
    """Tell whether `text` has the form of an address."""
    return len(text) <= LONGEST_EMAIL and text.isprintable() and EMAIL.fullmatch(text) is not None


def weakness(password: str, *, email: str) -> str | None:
    """Return what is wrong with a new password, if anything."""
    if len(password) < SHORTEST_PASSWORD:
        return f"wants at least {SHORTEST_PASSWORD} characters"
    if len(password) > LONGEST_PASSWORD:
        return f"wants at most {LONGEST_PASSWORD} characters"
    if not password.isprintable():
        return "holds a character that nobody can type"
    if normalised_email(password) == normalised_email(email):
        return "is the e-mail address"
    return None


def area_complaint(role: Role, *, areas: int) -> str | None:
    """Return what is wrong with giving an account of `role` so many areas, if anything."""
    if role is Role.ADMINISTRATOR:
        return "has all areas already: name none" if areas else None
    return None if areas else f"name at least one for a {role}"


def local_path(text: str) -> str | None:
    """Return `text` if it is a path on this site and can lead to no other."""
    return text if LOCAL_PATH.fullmatch(text) else None

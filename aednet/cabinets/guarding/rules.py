"""Decisions about who looks after a cabinet, on a day. Pure; the day is an argument."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from aednet.cabinets.rules import GuardianRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """That somebody looks after a cabinet: from `since_on`, up to the day `until_on` on which they stop."""

    volunteer_id: int
    role: GuardianRole
    since_on: date
    until_on: date | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether they look after it that day; on the day they stop, no longer."""
        return self.since_on <= day and (self.until_on is None or day < self.until_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """That somebody is away, the first and the last day included, and who then stands in for them."""

    volunteer_id: int
    from_on: date
    until_on: date
    cover_id: int | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether they are away that day."""
        return self.from_on <= day <= self.until_on


def who_looks_after(
    guardianships: Iterable[Watch], absences: Iterable[Away], *, today: date
) -> tuple[int, ...]:
    """Return the volunteers to turn to about one cabinet `today`, the first of them first.

    That is the guardian unless they are away, then whoever stands in for them, then the deputies, the longest
    serving first. Who is away is left out. Somebody stands in only where they are a deputy: nobody else was
    asked to look after this cabinet. Without anybody it is empty, and the coordinator's turn.
    """
    away = {one.volunteer_id: one for one in absences if one.holds_on(today)}
    holding = [one for one in guardianships if one.holds_on(today)]
    covers = {
        away[one.volunteer_id].cover_id
        for one in holding
        if one.role is GuardianRole.GUARDIAN and one.volunteer_id in away
    }
    present = [one for one in holding if one.volunteer_id not in away]
    present.sort(
        key=lambda one: (
            one.role is not GuardianRole.GUARDIAN,
            one.volunteer_id not in covers,
            one.since_on,
            one.volunteer_id,
        )
    )
    return tuple(dict.fromkeys(one.volunteer_id for one in present))

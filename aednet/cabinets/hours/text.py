"""What people write about opening hours, brought into OpenStreetMap's syntax where that is certain."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from aednet.cabinets.hours.grammar import ALL_DAY, DAY, Doubt, Group, Span, read_hours
from aednet.cabinets.hours.syntax import HOUR, MAX_LENGTH, is_readable
from aednet.cabinets.hours.words import HOLIDAY, WEEK

OTHERWISE_UNKNOWN = "24/7 unknown"


def normalise_hours(text: str) -> str:
    """Return `text` in OpenStreetMap's syntax where its meaning is certain, else as it is.

    White space is folded in any case. A text in OpenStreetMap's syntax that can be relied on stays
    as it is, so that normalising twice changes nothing.
    """
    folded = " ".join(text.split())
    if len(folded) > MAX_LENGTH or is_readable(folded):
        return folded
    try:
        meant = _write(read_hours(folded.rstrip(".")))
    except ValueError:
        return folded
    return meant if is_readable(meant) else folded


def _write(groups: Sequence[Group]) -> str:
    """Write groups as rules of OpenStreetMap, where a later rule overrides an earlier one.

    Raises:
        Doubt: One group may undo what another says.
    """
    is_for_every_day = bool(groups[0].spans) and set(groups[0].days) >= set(WEEK)
    given: set[str] = set()
    rules: list[str] = []
    holiday_rules: list[str] = []
    for group in groups:
        days = set(group.days)
        is_exception = is_for_every_day and not group.spans
        if HOLIDAY in days & given or (days & given and not is_exception):
            raise Doubt
        given |= days
        if HOLIDAY in days:
            holiday_rules.append(_rule(HOLIDAY, group.spans))
        if days - {HOLIDAY}:
            rules.append(_rule(_days(days - {HOLIDAY}), group.spans))
    opens = any(group.spans and set(group.days) - {HOLIDAY} for group in groups)
    if not opens and not given >= set(WEEK):
        rules.insert(0, OTHERWISE_UNKNOWN)  # of `zo gesloten` nobody knows what holds on Monday
    rules += holiday_rules  # last, or the rule of a weekday would undo it
    if len(rules) > 1 and any(end <= start for group in groups for start, end in group.spans):
        raise Doubt  # the rule of the next day would cut the night off at midnight
    return "; ".join(rules)


def _rule(days: str, spans: Sequence[Span]) -> str:
    """Write one rule; `days` is empty for every day of the week."""
    if not spans:
        return f"{days} off".strip()
    if not days and list(spans) == [ALL_DAY]:
        return "24/7"
    return f"{days} {','.join(map(_span, _in_order(spans)))}".strip()


def _in_order(spans: Sequence[Span]) -> Sequence[Span]:
    """Return spans that follow each other within a day, the last perhaps past midnight.

    Raises:
        Doubt: They do not.
    """
    first_again = spans[0][0] + DAY
    moments = [moment for start, end in spans for moment in (start, end if end > start else end + DAY)]
    if any(later < earlier for earlier, later in pairwise([*moments, first_again])):
        raise Doubt
    return spans


def _span(span: Span) -> str:
    return "-".join(f"{minutes // HOUR:02}:{minutes % HOUR:02}" for minutes in span)


def _days(days: Iterable[str]) -> str:
    """Write weekdays with neighbours joined to ranges; empty for all of them."""
    ranges: list[list[str]] = []
    for day in sorted(days, key=WEEK.index):
        if ranges and WEEK.index(day) == WEEK.index(ranges[-1][-1]) + 1:
            ranges[-1].append(day)
        else:
            ranges.append([day])
    if len(ranges[0]) == len(WEEK):
        return ""
    return ",".join(run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in ranges)

"""Days as people write them in three languages; what could be two days is refused."""

import calendar
import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from aednet.base.errors import InvalidValue
from aednet.base.texts import folded
from aednet.exchange.tables import shorten

MONTHS: Final[Mapping[str, int]] = {
    folded(name): number
    for number, names in enumerate(
        (
            "januari january januar jänner jan",
            "februari february februar feb",
            "maart march märz maerz mrt mar",
            "april apr",
            "mei may mai",
            "juni june jun",
            "juli july jul",
            "augustus august aug",
            "september sept sep",
            "oktober october okt oct",
            "november nov",
            "december dezember dec dez",
        ),
        start=1,
    )
    for name in names.split()
}
TIME_OF_DAY: Final = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?Z?)?"
YEAR_FIRST: Final = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})" + TIME_OF_DAY, re.ASCII)
DAY_FIRST: Final = re.compile(r"(\d{1,2})([-/.])\s?(\d{1,2})\2\s?(\d{4})" + TIME_OF_DAY, re.ASCII)
WORDED: Final = re.compile(r"(?:(\d{1,2})(?:\.|st|nd|rd|th)?[ -])?([^\W\d_]{3,9})\.?,?[ -](\d{4})")
MONTH_AND_YEAR: Final = re.compile(r"(\d{1,2})[-/.](\d{4})", re.ASCII)
YEAR_AND_MONTH: Final = re.compile(r"(\d{4})[-/.](\d{1,2})", re.ASCII)
SHORT_YEAR: Final = re.compile(r"\d{1,2}[-/. ](?:\d{1,2}|[^\W\d_]+)[-/. ]'?\d{2}", re.ASCII)
DAY_NUMBER: Final = re.compile(r"\d{5}(?:[.,]\d+)?", re.ASCII)
LAST_MONTH: Final = 12


def read_day(text: str) -> date:
    """Read a day; a month alone counts as its first day, so that what happened is never made later.

    `2026-12-31`, `31-12-2026`, `31/12/2026`, `31.12.2026`, `31 december 2026`; a time of day is left out.

    Raises:
        InvalidValue: it is no day, or could be two.
    """
    return _read_day(text, month_ends=False)


def read_expiry(text: str) -> date:
    """Read a day as `read_day` does; a month alone, as printed on pads, lasts to its end.

    Raises:
        InvalidValue: it is no day, or could be two.
    """
    return _read_day(text, month_ends=True)


def _read_day(text: str, *, month_ends: bool) -> date:
    plain = text.strip()
    year, month, day = _parts(plain)
    if day is None and 1 <= month <= LAST_MONTH and year >= 1:
        day = calendar.monthrange(year, month)[1] if month_ends else 1
    try:
        return date(year, month, day or 0)
    except ValueError:
        raise InvalidValue(f"{shorten(plain)} is not in the calendar") from None


def _parts(text: str) -> tuple[int, int, int | None]:
    """Return year, month and day as written; the day is None where a month stands alone."""
    if found := YEAR_FIRST.fullmatch(text):
        return int(found[1]), int(found[3]), int(found[4])
    if found := DAY_FIRST.fullmatch(text):
        day, month = int(found[1]), int(found[3])
        if found[2] == "/" and day <= LAST_MONTH and month <= LAST_MONTH and day != month:
            raise InvalidValue(
                f"{shorten(text)} could be a day in {calendar.month_name[month]} or in "
                f"{calendar.month_name[day]}: write it as 2026-12-31"
            )
        return int(found[4]), month, day
    if (found := WORDED.fullmatch(text)) and (named := MONTHS.get(folded(found[2]))):
        return int(found[3]), named, int(found[1]) if found[1] else None
    if found := MONTH_AND_YEAR.fullmatch(text):
        return int(found[2]), int(found[1]), None
    if found := YEAR_AND_MONTH.fullmatch(text):
        return int(found[1]), int(found[2]), None
    raise InvalidValue(_no_day(text))


def _no_day(text: str) -> str:
    shown = shorten(text)
    if SHORT_YEAR.fullmatch(text):
        return f"{shown} has a year of two digits: write it as 2026-12-31"
    if DAY_NUMBER.fullmatch(text):
        return f"{shown} looks like a spreadsheet's number of a day: give the column a date format"
    return f"{shown} is no day: write it as 2026-12-31"

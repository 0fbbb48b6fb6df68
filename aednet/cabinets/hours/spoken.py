"""Opening hours as people say them, in the language of the page."""

import re

from babel.dates import get_day_names, get_month_names
from flask_babel import get_locale, gettext

from aednet.cabinets.hours.syntax import is_readable

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
RULE_END = re.compile(r"\s*(?:;|\|\|)\s*")
HOURS_WORD = re.compile(
    r'"[^"]*"|24/7|,\s*|\b(?:' + "|".join([*DAYS, *MONTHS, "PH", "off", "closed"]) + r")\b"
)


def hours_in_words(text: str) -> list[str]:
    """Return opening hours rule by rule in the page's language: `ma-vr 08:00-18:00`, `feestdagen gesloten`.

    What cannot be read stays as it was written.
    """
    if not is_readable(text):
        return [text]
    locale = get_locale()
    days, months = get_day_names("abbreviated", locale=locale), get_month_names("abbreviated", locale=locale)
    words = {
        **{day: days[number] for number, day in enumerate(DAYS)},
        **{month: months[number] for number, month in enumerate(MONTHS, start=1)},
        "PH": gettext("feestdagen"),
        "off": gettext("gesloten"),
        "closed": gettext("gesloten"),
        "24/7": gettext("dag en nacht"),
    }

    def in_words(match: re.Match[str]) -> str:
        word = match[0]
        return ", " if word.startswith(",") else words.get(word, word.strip('"'))

    return [HOURS_WORD.sub(in_words, rule) for rule in RULE_END.split(text.strip(" ;"))]

"""What the things that cost money are called, and money itself."""

from babel.numbers import format_currency
from flask_babel import get_locale, gettext

from aednet.cabinets.costs.rules import PriceKind

CURRENCY = "EUR"


def kind_words(kind: str) -> str:
    """Return what is paid for."""
    words: dict[str, str] = {
        PriceKind.PADS_ADULT: gettext("Elektroden"),
        PriceKind.PADS_CHILD: gettext("Kinderelektroden"),
        PriceKind.BATTERY: gettext("Batterij"),
        PriceKind.DEVICE: gettext("AED"),
        PriceKind.TEST: gettext("Test door een ander, elk jaar"),
        PriceKind.MESSAGE: gettext("Sms (een deel van 160 tekens)"),
    }
    return words[kind]


def money(cents: int) -> str:
    """Return an amount to the whole euro: `€ 1.250`."""
    euros = round(cents / 100)
    return format_currency(euros, CURRENCY, format="¤ #,##0", locale=get_locale(), currency_digits=False)


def exact_money(cents: int) -> str:
    """Return an amount to the cent: `€ 0,09`."""
    return format_currency(cents / 100, CURRENCY, format="¤ #,##0.00", locale=get_locale())


def typed_money(cents: int) -> str:
    """Return an amount as it stands in a field: `75,00`."""
    return f"{cents // 100},{cents % 100:02d}"

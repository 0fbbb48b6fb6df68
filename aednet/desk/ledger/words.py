"""What the facts that HartslagNu is told are called, and what they are in a form people type in there."""

from datetime import date

from flask_babel import gettext

from aednet.cabinets.hours.spoken import hours_in_words
from aednet.cabinets.ledger.rules import LAPSING, Change, Fact, Standing
from aednet.cabinets.ledger.told import NO, YES
from aednet.cabinets.rules import Access


def fact_words(fact: Fact) -> str:
    """Return what a fact is called."""
    words: dict[Fact, str] = {
        Fact.STANDING: gettext("Beschikbaarheid"),
        Fact.NAME: gettext("Naam"),
        Fact.ADDRESS: gettext("Adres"),
        Fact.POSITION: gettext("Coördinaten"),
        Fact.LOCATION: gettext("Plek"),
        Fact.OPENING_HOURS: gettext("Openingstijden"),
        Fact.ACCESS: gettext("Wie erbij mag"),
        Fact.INDOOR: gettext("Hangt binnen"),
        Fact.LOCKED: gettext("Op slot"),
        Fact.CODE: gettext("Code van de kast"),
        Fact.DEVICE: gettext("Merk en model"),
        Fact.SERIAL_NUMBER: gettext("Serienummer"),
        Fact.PADS_ADULT: gettext("Elektroden tot en met"),
        Fact.PADS_CHILD: gettext("Kinderelektroden tot en met"),
        Fact.BATTERY: gettext("Batterij tot en met"),
    }
    return words[fact]


def value_words(fact: Fact, value: str | None) -> str | None:
    """Return a value as people type it in: `31-03-2027`, `ma-vr 08:00-18:00`; None where there is none."""
    if value is None:
        return None
    if fact in LAPSING:
        return date.fromisoformat(value).strftime("%d-%m-%Y")
    if fact is Fact.OPENING_HOURS:
        return "; ".join(hours_in_words(value))
    return _words_of_choices().get((fact, value), value)


def whole_words(change: Change) -> str:
    """Return what is to be done with a cabinet as a whole."""
    if change.new is None:
        return str(gettext("Haal deze kast weg bij HartslagNu."))
    return str(gettext("Zet deze kast bij HartslagNu. Hij staat er nog niet in."))


def _words_of_choices() -> dict[tuple[Fact, str], str]:
    yes_or_no = {
        (fact, value): words
        for fact in (Fact.INDOOR, Fact.LOCKED)
        for value, words in ((YES, gettext("ja")), (NO, gettext("nee")))
    }
    return yes_or_no | {
        (Fact.STANDING, Standing.IN_SERVICE): gettext("in gebruik"),
        (Fact.STANDING, Standing.OUT_OF_SERVICE): gettext("buiten gebruik"),
        (Fact.STANDING, Standing.MISSING): gettext("weg"),
        (Fact.ACCESS, Access.YES): gettext("iedereen"),
        (Fact.ACCESS, Access.PERMISSIVE): gettext("iedereen, op particulier terrein"),
        (Fact.ACCESS, Access.PERMIT): gettext("wie toestemming heeft"),
        (Fact.ACCESS, Access.CUSTOMERS): gettext("klanten en bezoekers"),
        (Fact.ACCESS, Access.PRIVATE): gettext("bewoners of medewerkers"),
        (Fact.ACCESS, Access.NO): gettext("niemand zonder beheerder"),
    }

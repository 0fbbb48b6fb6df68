"""Words for yes and no, access and status, in three languages."""

from collections.abc import Mapping
from typing import Final, TypeVar

from aednet.base.errors import InvalidValue
from aednet.base.texts import folded
from aednet.cabinets.rules import Access, Status
from aednet.exchange.tables import shorten

Meaning = TypeVar("Meaning")


def _as_compared(word: str) -> str:
    return folded(word) or word.strip()


def _words(meanings: Mapping[Meaning, str]) -> dict[str, Meaning]:
    return {
        _as_compared(word): meaning
        for meaning, words in meanings.items()
        for word in (str(meaning), *words.split(","))
    }


def _canonical(meaning: object) -> str:
    if isinstance(meaning, bool):
        return "yes" if meaning else "no"
    return str(meaning)


UNKNOWN: Final = frozenset({"onbekend", "unknown", "unbekannt", "?"})
YES_NO: Final = _words(
    {
        True: "ja, yes, j, y, true, waar, wahr, 1, x, ✓, ✔",
        False: "nee, no, nein, n, false, onwaar, falsch, 0",
    }
)
LOCKED: Final = YES_NO | _words(
    {
        True: "op slot, afgesloten, vergrendeld, locked, verschlossen, abgeschlossen",
        False: "open, niet op slot, niet afgesloten, unlocked, offen, unverschlossen",
    }
)
INDOOR: Final = YES_NO | _words(
    {
        True: "binnen, inpandig, indoor, indoors, inside, innen, drinnen",
        False: "buiten, uitpandig, outdoor, outdoors, outside, aussen, außen, draußen",
    }
)
ACCESS: Final = _words(
    {
        Access.YES: "ja, openbaar, publiek, vrij toegankelijk, public, öffentlich, frei zugänglich",
        Access.PERMISSIVE: "gedoogd, geduldet",
        Access.PERMIT: "met toestemming, op aanvraag, mit genehmigung, auf anfrage",
        Access.CUSTOMERS: "klanten, bezoekers, alleen klanten, visitors, kunden, besucher",
        Access.PRIVATE: "privé, particulier, besloten, privat",
        Access.NO: "nee, niet toegankelijk, nein, nicht zugänglich",
    }
)
STATUS: Final = _words(
    {
        Status.PLANNED: "gepland, geplant, planned",
        Status.IN_SERVICE: (
            "in gebruik, in dienst, in bedrijf, actief, beschikbaar, operationeel, in service, active, "
            "available, operational, in betrieb, aktiv, verfügbar"
        ),
        Status.OUT_OF_SERVICE: (
            "buiten gebruik, buiten dienst, inactief, niet actief, niet beschikbaar, defect, out of service, "
            "inactive, unavailable, broken, außer betrieb, ausser betrieb, inaktiv, nicht verfügbar, defekt"
        ),
        Status.MISSING: "vermist, verdwenen, gestolen, weg, missing, stolen, vermisst, gestohlen, fehlt",
        Status.RETIRED: (
            "verwijderd, vervallen, opgeheven, afgevoerd, retired, removed, decommissioned, entfernt, "
            "abgebaut, stillgelegt"
        ),
    }
)


def read_word(text: str, meanings: Mapping[str, Meaning]) -> Meaning | None:
    """Return what a word means, or None where it says that nobody knows.

    Raises:
        InvalidValue: it is none of the words.
    """
    word = _as_compared(text)
    if word in UNKNOWN:
        return None
    if word not in meanings:
        known = ", ".join(dict.fromkeys(map(_canonical, meanings.values())))
        raise InvalidValue(f"{shorten(text)} is none of the words known here ({known})")
    return meanings[word]

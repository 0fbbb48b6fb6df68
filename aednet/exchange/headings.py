"""What the columns of a list of AEDs are called in Dutch, English and German, and which of them is which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from aednet.base.texts import folded
from aednet.exchange.files import InvalidFile
from aednet.exchange.tables import open_table, shorten


class Field(StrEnum):
    """What a column can tell of a cabinet, in the order in which they choose their columns."""

    REF = "ref"
    KEY = "id"
    NAME = "name"
    LAT = "lat"
    LON = "lon"
    COORDINATES = "coordinates"
    ADDRESS = "address"
    STREET = "street"
    HOUSE_NUMBER = "house_number"
    HOUSE_NUMBER_ADDITION = "house_number_addition"
    ADDRESS_2 = "address_2"
    ADDRESS_3 = "address_3"
    POSTCODE = "postcode"
    PLACE = "place"
    LOCATION = "location"
    OPENING_HOURS = "opening_hours"
    ACCESS = "access"
    LOCKED = "locked"
    INDOOR = "indoor"
    STATUS = "status"
    ACCESS_CODE = "access_code"
    MANUFACTURER = "manufacturer"
    MODEL = "model"
    SERIAL_NUMBER = "serial_number"
    PADS_ADULT_EXPIRE_ON = "pads_adult_expire_on"
    PADS_CHILD_EXPIRE_ON = "pads_child_expire_on"
    BATTERY_EXPIRES_ON = "battery_expires_on"
    IN_USE_SINCE_ON = "in_use_since_on"
    VERIFIED_ON = "verified_on"
    INSPECTION_PASSED = "inspection_passed"
    EXAMPLE = "example"


# From the most exact name to the loosest; compared without case, accents and punctuation. A running
# number ("nr") or a map program's row number ("fid") is no key: the next edition deals them out anew.
HEADINGS: Final[Mapping[Field, str]] = {
    Field.REF: "aednet ref",
    Field.KEY: (
        "hsn-aed-id, aed-id, aednummer, aed nummer, osm id, osm node id, uuid, guid, global id, "
        "identifier, identificatie, kennung"
    ),
    Field.NAME: (
        "naam, bezeichnung, aed naam, naam aed, locatienaam, naam locatie, location name, site name, "
        "objectnaam, objektname, bedrijfsnaam, organisatie, organisation, organization, instelling, "
        "einrichtung, gebouw, gebäude, building, site, facility, titel, title"
    ),
    Field.LAT: (
        "latitude, breedtegraad, breitengrad, geografische breite, breite, wgs84 lat, gps lat, geo lat"
    ),
    Field.LON: (
        "longitude, lengtegraad, längengrad, laengengrad, geografische länge, länge, laenge, long, "
        "lng, wgs84 lon, gps lon, geo lon"
    ),
    Field.COORDINATES: (
        "coordinaten, koordinaten, lat lon, latlon, lat lng, latlng, lat long, gps coordinaten, "
        "gps-koordinaten, gps coordinates, gps, wgs84"
    ),
    Field.ADDRESS: (
        "adres, adresse, anschrift, full address, volledig adres, address 1, address1, adres 1, "
        "adres1, adresse 1, adresregel 1, address line 1"
    ),
    Field.STREET: "straat, straatnaam, straße, street name, addr:street, openbare ruimte",
    Field.HOUSE_NUMBER: "huisnummer, huisnr, hausnummer, hausnr, housenumber, addr:housenumber",
    Field.HOUSE_NUMBER_ADDITION: (
        "toevoeging, huisnummertoevoeging, huisnummer toevoeging, hausnummerzusatz"
    ),
    Field.ADDRESS_2: "address2, adres 2, adres2, adresse 2, adresregel 2, address line 2",
    Field.ADDRESS_3: "address3, adres 3, adres3, adresse 3, adresregel 3, address line 3",
    Field.POSTCODE: "postal code, postalcode, postleitzahl, plz, zip code, zipcode, zip, addr:postcode",
    Field.PLACE: (
        "plaats, woonplaats, plaatsnaam, wohnort, ort, stadt, city, town, addr:city, gemeente, gemeinde"
    ),
    Field.LOCATION: (
        "location details, defibrillator:location, aed:location, defibrillator:location:nl, plek in "
        "gebouw, plaats in gebouw, plek in het gebouw, locatieomschrijving, locatie omschrijving, "
        "plaatsomschrijving, plaatsaanduiding, omschrijving locatie, location description, "
        "standortbeschreibung, lagebeschreibung, genauer standort, standort, locatie, lokatie, "
        "omschrijving, description, beschreibung"
    ),
    Field.OPENING_HOURS: (
        "openingstijden, openingsuren, öffnungszeiten, oeffnungszeiten, opening times, "
        "beschikbaarheid, verfügbarkeit, verfuegbarkeit, availability, hours, tijden"
    ),
    Field.ACCESS: "toegang, zugang, toegankelijkheid, zugänglichkeit, accessibility",
    Field.LOCKED: "op slot, afgesloten, kast op slot, verschlossen, abgeschlossen, vergrendeld",
    Field.INDOOR: (
        "binnen, binnenshuis, inpandig, binnen of buiten, binnen/buiten, indoors, innen, im gebäude"
    ),
    Field.STATUS: "toestand, zustand",
    Field.ACCESS_CODE: ("toegangscode, kastcode, slotcode, pincode, cijfercode, zugangscode, lock code"),
    Field.MANUFACTURER: "fabrikant, merk, hersteller, marke, brand, make",
    Field.MODEL: "aed model, modell, aed type, type aed, type, typ",
    Field.SERIAL_NUMBER: "serienummer, seriennummer, serienr, serial, serial no",
    Field.PADS_ADULT_EXPIRE_ON: (
        "elektroden verlopen, elektroden verlopen op, elektroden volwassenen, vervaldatum elektroden, "
        "verloopdatum elektroden, einddatum elektroden, houdbaarheid elektroden, elektroden houdbaar "
        "tot, elektroden geldig tot, elektroden tot, pads expiry date, pads expiry, pad expiry, pads "
        "expire on, pads expire, pads expires on, "
        "pads adult expires on, adult pads expiry, electrodes expiry, electrode expiry, ablaufdatum "
        "elektroden, elektroden ablaufdatum, elektroden haltbar bis, elektroden gültig bis"
    ),
    Field.PADS_CHILD_EXPIRE_ON: (
        "kinderelektroden verlopen, elektroden kind verlopen, elektroden kinderen, elektroden kind, "
        "vervaldatum kinderelektroden, houdbaarheid kinderelektroden, kinderelektroden houdbaar tot, "
        "child pads expiry date, child pads expiry, pads child expires on, "
        "paediatric pads expiry, pediatric pads expiry, "
        "ablaufdatum kinderelektroden, kinderelektroden haltbar bis"
    ),
    Field.BATTERY_EXPIRES_ON: (
        "batterij verloopt, batterij verloopt op, batterij verlopen, houdbaarheid batterij, vervaldatum "
        "batterij, verloopdatum batterij, einddatum batterij, batterij houdbaar tot, batterij geldig "
        "tot, batterij tot, houdbaarheid accu, vervaldatum accu, battery expiry date, battery expiry, "
        "battery expires, battery expire on, "
        "ablaufdatum batterie, batterie ablaufdatum, batterie haltbar bis, batterie "
        "gültig bis"
    ),
    Field.IN_USE_SINCE_ON: (
        "in gebruik sinds, datum ingebruikname, ingebruikname, plaatsingsdatum, in use since, "
        "installation date, installed on, in betrieb seit, inbetriebnahme"
    ),
    Field.VERIFIED_ON: (
        "laatste controle, datum laatste controle, laatst gecontroleerd, laatste inspectie, "
        "gecontroleerd op, last inspection, last inspected, last check, last checked, inspected on, "
        "check date, letzte kontrolle, letzte prüfung, letzte pruefung, zuletzt geprüft"
    ),
    Field.INSPECTION_PASSED: "goedgekeurd, controle goed, bestanden",
    Field.EXAMPLE: "voorbeeld, beispiel",
}
# Where a list has nothing better to call its cabinets by. A list with refs does not need it to.
NAMES_OF_LAST_RESORT: Final = "location, locatie, lokatie, standort"
# What our own export tells besides; it follows from the rest.
NOT_READ_BACK: Final = frozenset({"area"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which column of a table tells what, and the headings of those that tell nothing."""

    positions: Mapping[Field, int]
    headings: tuple[str, ...]
    unused: tuple[str, ...]

    def label(self, field: Field) -> str:
        """Return what the file itself calls a field."""
        return self.headings[self.positions[field]] if field in self.positions else field.value


def is_heading(text: str) -> bool:
    """Tell whether a column with this heading can be used."""
    return folded(text) in _EVERY_HEADING


def match_columns(headings: Sequence[str], mapping: Mapping[str, Field | None] | None = None) -> Columns:
    """Decide which column tells what: of several that could tell the same, the more exactly named one.

    Of two equally named ones the left one is used. `mapping`, by the headings as the file has them or
    any other way of writing them, goes before that; None there leaves a column out.

    Raises:
        InvalidFile: the mapping names a heading that is not there.
    """
    names = [folded(heading) for heading in headings]
    positions: dict[Field, int] = {}
    taken: set[int] = set()
    for heading, wanted in (mapping or {}).items():
        if (name := folded(heading)) not in names:
            raise InvalidFile(f"The mapping names the heading {shorten(heading)}, which the file has not.")
        taken.add(names.index(name))
        if wanted is not None:
            positions[wanted] = names.index(name)
    for field in Field:
        if field in positions:
            continue
        ranks = _RANKS[field]
        if field is Field.NAME and Field.REF not in positions:
            ranks = _LAST_RESORT | ranks
        found = [(ranks[name], at) for at, name in enumerate(names) if name in ranks and at not in taken]
        if found:
            positions[field] = min(found)[1]
            taken.add(positions[field])
    used = set(positions.values())
    unused = tuple(
        heading
        for at, heading in enumerate(headings)
        if at not in used and heading.strip() and names[at] not in NOT_READ_BACK
    )
    return Columns(positions=positions, headings=tuple(headings), unused=unused)


def read_mapping(path: Path) -> dict[str, Field | None]:
    """Read a mapping: a CSV file with the columns `heading` and `field`.

    Each row says which field (a value of `Field`) the column with that heading tells; a row without a
    field leaves the column out. Columns that it does not mention are recognised as usual.

    Raises:
        InvalidFile: it is no such file, names a field that there is none of, or one of either twice.
    """
    mapping: dict[str, Field | None] = {}
    with open_table(path, is_known=lambda text: folded(text) in {"heading", "field"}) as table:
        columns = [folded(heading) for heading in table.headings]
        if sorted(columns) != ["field", "heading"]:
            raise InvalidFile("A mapping has two columns, heading and field.")
        for row in table.rows():
            if row.problem:
                raise InvalidFile(f"Row {row.number} of the mapping {row.problem}.")
            given = dict(zip(columns, map(str.strip, row.cells), strict=True))
            field = _field(given["field"], row.number)
            if folded(given["heading"]) in map(folded, mapping) or (field and field in mapping.values()):
                raise InvalidFile(f"Row {row.number} of the mapping repeats a heading or a field.")
            mapping[given["heading"]] = field
    return mapping


def _field(text: str, number: int) -> Field | None:
    if not text:
        return None
    try:
        return Field(text.lower())
    except ValueError:
        raise InvalidFile(
            f"Row {number} of the mapping names the field {shorten(text)}; there are: {', '.join(Field)}."
        ) from None


def _ranked(field: Field) -> dict[str, int]:
    names = [field.value, *HEADINGS[field].split(",")]
    return {folded(name): rank for rank, name in enumerate(names)}


_RANKS: Final = {field: _ranked(field) for field in Field}
_LAST_RESORT: Final = {
    folded(name): rank
    for rank, name in enumerate(NAMES_OF_LAST_RESORT.split(","), start=len(_RANKS[Field.NAME]))
}
_EVERY_HEADING: Final = frozenset().union(*_RANKS.values())

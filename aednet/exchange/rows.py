"""One row of a list of cabinets: what it says, with the reason where that cannot be used."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from aednet.base.errors import InvalidValue
from aednet.base.texts import Name, folded
from aednet.cabinets.drafts import Ref
from aednet.cabinets.known import NamedPlace
from aednet.exchange.cells import read_coordinates, read_number, read_text
from aednet.exchange.days import read_day, read_expiry
from aednet.exchange.headings import Columns, Field
from aednet.exchange.tables import TableRow, shorten
from aednet.exchange.words import ACCESS, INDOOR, LOCKED, STATUS, YES_NO, read_word
from aednet.geography.points import LatLon

REF: Final = TypeAdapter(Ref)
KEY: Final = TypeAdapter(Name)


def _read_ref(text: str) -> str:
    try:
        return REF.validate_python(text)
    except ValidationError:
        raise InvalidValue(
            f"{shorten(text)} is no reference: those have at most 40 letters, digits, dots, hyphens"
        ) from None


READERS: Final[Mapping[Field, Callable[[str], Any]]] = {
    Field.REF: _read_ref,
    Field.KEY: KEY.validate_python,
    Field.LAT: read_number,
    Field.LON: read_number,
    Field.COORDINATES: read_coordinates,
    Field.ACCESS: lambda text: read_word(text, ACCESS),
    Field.LOCKED: lambda text: read_word(text, LOCKED),
    Field.INDOOR: lambda text: read_word(text, INDOOR),
    Field.STATUS: lambda text: read_word(text, STATUS),
    Field.PADS_ADULT_EXPIRE_ON: read_expiry,
    Field.PADS_CHILD_EXPIRE_ON: read_expiry,
    Field.BATTERY_EXPIRES_ON: read_expiry,
    Field.IN_USE_SINCE_ON: read_day,
    Field.VERIFIED_ON: read_day,
    Field.INSPECTION_PASSED: lambda text: read_word(text, YES_NO),
    Field.EXAMPLE: lambda text: read_word(text, YES_NO),
}
CABINET_FIELDS: Final = (
    Field.NAME,
    Field.LOCATION,
    Field.OPENING_HOURS,
    Field.ACCESS,
    Field.LOCKED,
    Field.INDOOR,
    Field.STATUS,
    Field.ACCESS_CODE,
)
DEVICE_FIELDS: Final = (
    Field.MANUFACTURER,
    Field.MODEL,
    Field.SERIAL_NUMBER,
    Field.IN_USE_SINCE_ON,
    Field.PADS_ADULT_EXPIRE_ON,
    Field.PADS_CHILD_EXPIRE_ON,
    Field.BATTERY_EXPIRES_ON,
)
ADDRESS_LINES: Final = (Field.ADDRESS_2, Field.ADDRESS_3)


class RefusedRow(InvalidValue):
    """A row that cannot be used; the message is the reason, which follows the words "row 17: "."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CabinetRow:
    """What a row says of a cabinet; what it leaves empty is in none of the mappings.

    `cabinet` has fields of `CabinetDraft`, `device` of `DeviceDraft`, not yet checked as a whole. `ref` is
    our own reference, `key` the one by which the file's maker knows the cabinet. `position` is where it
    hangs and `place` that with its name, if the row tells.
    """

    number: int
    ref: str | None
    key: str | None
    position: LatLon | None
    place: NamedPlace | None
    cabinet: Mapping[str, Any]
    device: Mapping[str, Any]
    inspected_on: date | None
    passed: bool
    is_example: bool

    def fingerprint(self) -> int:
        """Return a number that is the same for rows, within one run, that say the same."""
        return hash(
            (
                self.ref,
                self.key,
                tuple(self.cabinet.items()),
                tuple(self.device.items()),
                self.inspected_on,
                self.passed,
                self.is_example,
            )
        )


def read_row(row: TableRow, columns: Columns, *, today: date) -> CabinetRow:
    """Read the cells of a row.

    Raises:
        RefusedRow: a cell cannot be read, or the row did not fit the headings.
    """
    if row.problem:
        raise RefusedRow(row.problem)
    said = _said(row.cells, columns)
    position = _position(said, columns)
    inspected_on = said.get(Field.VERIFIED_ON)
    if inspected_on is not None and inspected_on > today:
        raise RefusedRow(f"{columns.label(Field.VERIFIED_ON)}: {inspected_on} has yet to come")
    cabinet = {field.value: said[field] for field in CABINET_FIELDS if field in said}
    if position is not None:
        cabinet |= {"lat": position.lat, "lon": position.lon}
    if address := _address(said):
        cabinet["address"] = address
    name = said.get(Field.NAME)
    return CabinetRow(
        number=row.number,
        ref=said.get(Field.REF),
        key=said.get(Field.KEY),
        position=position,
        place=NamedPlace(matching_name=folded(name), position=position) if name and position else None,
        cabinet=cabinet,
        device={field.value: said[field] for field in DEVICE_FIELDS if field in said},
        inspected_on=inspected_on,
        passed=said.get(Field.INSPECTION_PASSED, True),
        is_example=said.get(Field.EXAMPLE, False),
    )


def reason(error: InvalidValue | ValidationError, label: Callable[[str], str]) -> str:
    """Return why a value was refused, with the name that `label` gives its field. Never quotes a code."""
    if isinstance(error, ValidationError):
        facts = {
            str(entry["loc"][0]) if entry["loc"] else "": entry["msg"].removeprefix("Value error, ")
            for entry in error.errors(include_input=False, include_url=False)
        }
    else:
        facts = dict(error.fields)
    if not facts:
        return str(error)
    named: dict[str, list[str]] = {}
    for field, fact in facts.items():
        named.setdefault(fact[:1].lower() + fact[1:], []).append(label(field))
    return "; ".join(f"{', '.join(labels)}: {fact}" if labels[0] else fact for fact, labels in named.items())


def field_label(columns: Columns) -> Callable[[str], str]:
    """Return what finds the heading that the file has for a field of a draft."""

    def label(name: str) -> str:
        if name in {"lat", "lon"} and Field.LAT not in columns.positions:
            return columns.label(Field.COORDINATES)
        return columns.label(Field(name))

    return label


def _said(cells: tuple[str, ...], columns: Columns) -> dict[Field, Any]:
    said = {}
    for field, at in columns.positions.items():
        text = read_text(cells[at])
        if text is None:
            continue
        try:
            value = READERS[field](text) if field in READERS else text
        except (InvalidValue, ValidationError) as error:
            raise RefusedRow(f"{columns.label(field)}: {reason(error, lambda _: '')}") from None
        if value is not None:
            said[field] = value
    return said


def _position(said: Mapping[Field, Any], columns: Columns) -> LatLon | None:
    lat, lon = said.get(Field.LAT), said.get(Field.LON)
    if lat is None and lon is None:
        position: LatLon | None = said.get(Field.COORDINATES)
        return position
    if lat is None or lon is None:
        missing = columns.label(Field.LON if lon is None else Field.LAT)
        raise RefusedRow(f"{missing}: is missing, so that the position is not known")
    try:
        return LatLon(lat=lat, lon=lon)
    except InvalidValue as error:
        raise RefusedRow(reason(error, field_label(columns))) from None


def _address(said: Mapping[Field, Any]) -> str | None:
    number = " ".join(filter(None, (said.get(Field.HOUSE_NUMBER), said.get(Field.HOUSE_NUMBER_ADDITION))))
    street = " ".join(filter(None, (said.get(Field.STREET), number)))
    town = " ".join(filter(None, (said.get(Field.POSTCODE), said.get(Field.PLACE))))
    first = said.get(Field.ADDRESS, street)
    lines = (first, *(said.get(line) for line in ADDRESS_LINES), town)
    return ", ".join(dict.fromkeys(filter(None, lines))) or None

"""Every cabinet that is not retired, as a file: CSV, Excel, GeoJSON or OpenStreetMap's XML.

None of them has a place for an access code.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from datetime import date
from enum import StrEnum
from itertools import islice
from typing import Any, Final
from xml.sax.saxutils import quoteattr

import numpy as np
from sqlalchemy.orm import Session

from aednet.cabinets.facts import CabinetFacts, DeviceFacts
from aednet.cabinets.hours.syntax import is_readable
from aednet.cabinets.queries import every_cabinet, find_devices
from aednet.cabinets.rules import Status
from aednet.cabinets.schemas import cabinet_feature
from aednet.coverage.schemas import EMERGENCY_NUMBER
from aednet.exchange.cells import write_text
from aednet.exchange.headings import Field
from aednet.exchange.sheets import Value, write_sheet

BATCH: Final = 500
DECIMALS: Final = 7  # of a degree: 1 cm, as OpenStreetMap keeps it


class Format(StrEnum):
    """What a list of cabinets can be written as."""

    CSV = "csv"
    XLSX = "xlsx"
    GEOJSON = "geojson"
    OSM = "osm"


def export_cabinets(session: Session, form: Format, *, today: date) -> Iterator[bytes]:
    """Yield a file with every cabinet but the retired ones, by reference, piece by piece.

    Planned, missing and broken cabinets are in it, for this is the coordinators' own list; each format
    says of them what they are.
    """
    if form is Format.XLSX:
        return _xlsx(_cabinets(session))
    return (piece.encode() for piece in _WRITERS[form](_cabinets(session), today))


NO_DEVICE: Final = DeviceFacts(**dict.fromkeys(field.name for field in fields(DeviceFacts)))
Listed = Iterator[tuple[CabinetFacts, DeviceFacts]]


def _cabinets(session: Session) -> Listed:
    cabinets = (cabinet for cabinet in every_cabinet(session) if cabinet.status is not Status.RETIRED)
    while batch := list(islice(cabinets, BATCH)):
        devices = find_devices(session, [cabinet.id for cabinet in batch])
        yield from ((cabinet, devices.get(cabinet.id, NO_DEVICE)) for cabinet in batch)


# Headings that `import` knows; what a cabinet's area is follows from its position and is not read back.
COLUMNS: Final[Mapping[str, Callable[[CabinetFacts, DeviceFacts], Value]]] = {
    Field.REF: lambda cabinet, _: cabinet.ref,
    Field.NAME: lambda cabinet, _: cabinet.name,
    Field.LAT: lambda cabinet, _: cabinet.position.lat,
    Field.LON: lambda cabinet, _: cabinet.position.lon,
    Field.STATUS: lambda cabinet, _: cabinet.status,
    "area": lambda cabinet, _: cabinet.area,
    Field.ADDRESS: lambda cabinet, _: cabinet.address,
    Field.LOCATION: lambda cabinet, _: cabinet.location,
    Field.ACCESS: lambda cabinet, _: cabinet.access,
    Field.LOCKED: lambda cabinet, _: cabinet.locked,
    Field.INDOOR: lambda cabinet, _: cabinet.indoor,
    Field.OPENING_HOURS: lambda cabinet, _: cabinet.opening_hours,
    Field.MANUFACTURER: lambda _, device: device.manufacturer,
    Field.MODEL: lambda _, device: device.model,
    Field.SERIAL_NUMBER: lambda _, device: device.serial_number,
    Field.IN_USE_SINCE_ON: lambda _, device: device.in_use_since_on,
    Field.PADS_ADULT_EXPIRE_ON: lambda _, device: device.pads_adult_expire_on,
    Field.PADS_CHILD_EXPIRE_ON: lambda _, device: device.pads_child_expire_on,
    Field.BATTERY_EXPIRES_ON: lambda _, device: device.battery_expires_on,
    Field.VERIFIED_ON: lambda cabinet, _: cabinet.verified_on,
    Field.INSPECTION_PASSED: lambda cabinet, _: cabinet.upkeep.passed,
    Field.EXAMPLE: lambda cabinet, _: cabinet.is_example,
}
# What a double click opens well in a Dutch Excel: it splits at semicolons, and takes a
# file without a byte order mark for Windows-1252.
DELIMITER: Final = ";"
BYTE_ORDER_MARK: Final = "\ufeff"


def _csv(cabinets: Listed, _today: date) -> Iterator[str]:
    yield BYTE_ORDER_MARK + _csv_line(COLUMNS)
    for cabinet, device in cabinets:
        yield _csv_line([_cell(read(cabinet, device)) for read in COLUMNS.values()])


def _xlsx(cabinets: Listed) -> Iterator[bytes]:
    return write_sheet(
        COLUMNS, ([read(cabinet, device) for read in COLUMNS.values()] for cabinet, device in cabinets)
    )


def _csv_line(cells: Any) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter=DELIMITER).writerow(cells)
    return line.getvalue()


def _cell(value: object) -> str:
    return write_text(_plain(value)) if isinstance(value, str) else _plain(value)


def _plain(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case date():
            return value.isoformat()
        case float():
            return _degrees(value)
        case _:
            return str(value)


def _degrees(value: float) -> str:
    """Write every digit, and so many zeros that no Excel takes the point for one between thousands."""
    return str(np.format_float_positional(value, min_digits=DECIMALS, trim="k"))


def _geojson(cabinets: Listed, today: date) -> Iterator[str]:
    yield '{"type": "FeatureCollection", "features": ['
    separator = "\n"
    for cabinet, _ in cabinets:
        yield separator + json.dumps(cabinet_feature(cabinet, today=today), ensure_ascii=False)
        separator = ",\n"
    yield "\n]}\n"


# OpenStreetMap's way of mapping what is not there, or not in use, so that no map shows it as a help.
LIFE_CYCLE: Final = {
    Status.PLANNED: "proposed:",
    Status.IN_SERVICE: "",
    Status.OUT_OF_SERVICE: "disused:",
    Status.MISSING: "removed:",
}
EXAMPLE_NOTE: Final = "Invented example: not to be uploaded."
LONGEST_TAG: Final = 255  # characters of a value, as OpenStreetMap's API allows
NOT_IN_XML: Final = {0xFFFE: None, 0xFFFF: None}  # of what our texts may hold, what XML 1.0 may not


def _osm(cabinets: Listed, _today: date) -> Iterator[str]:
    """Write nodes with negative ids, which are new to OpenStreetMap.

    Editors are told never to upload the file as it stands: each cabinet needs a look at what is mapped
    already.
    """
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6" generator="aednet" upload="never">\n'
    for number, (cabinet, device) in enumerate(cabinets, start=1):
        position = f'lat="{cabinet.position.lat:.{DECIMALS}f}" lon="{cabinet.position.lon:.{DECIMALS}f}"'
        yield f'  <node id="-{number}" {position} visible="true">\n'
        for key, value in _tags(cabinet, device).items():
            if text := " ".join(_plain(value).translate(NOT_IN_XML).split()):
                cut = text if len(text) <= LONGEST_TAG else text[: LONGEST_TAG - 1] + "…"
                yield f"    <tag k={quoteattr(key)} v={quoteattr(cut)}/>\n"
        yield "  </node>\n"
    yield "</osm>\n"


def _tags(cabinet: CabinetFacts, device: DeviceFacts) -> dict[str, object]:
    return {
        f"{LIFE_CYCLE[cabinet.status]}emergency": "defibrillator",
        "ref": cabinet.ref,
        "description": cabinet.name,
        "access": cabinet.access,
        "opening_hours": cabinet.opening_hours if is_readable(cabinet.opening_hours) else None,
        "indoor": cabinet.indoor,
        "locked": cabinet.locked,
        "emergency:phone": EMERGENCY_NUMBER,
        "defibrillator:location": cabinet.location,
        "manufacturer": device.manufacturer,
        "model": device.model,
        "check_date": cabinet.verified_on,
        "note": EXAMPLE_NOTE if cabinet.is_example else None,
    }


_WRITERS: Final[Mapping[Format, Callable[[Listed, date], Iterator[str]]]] = {
    Format.CSV: _csv,
    Format.GEOJSON: _geojson,
    Format.OSM: _osm,
}

"""A database as the first version that knew volunteers left it, written in SQL alone; all of it invented."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from alembic import command
from shapely import box, to_wkb
from sqlalchemy import Engine, text

from aednet.base.database import WRITE
from aednet.base.migration import alembic_config

FIRST_WITH_VOLUNTEERS = "0005"
CABINETS, VOLUNTEERS = 200, 50
AT, DAY = datetime(2026, 1, 5, 9, 0, tzinfo=UTC), date(2026, 1, 5)
KEPT = {  # what the later steps must leave as it was
    "area": "id, slug, name, shape",
    "cabinet": "id, ref, name, status, lat, lon, area_id, access_code, created_at",
    "consumable": "id, device_id, kind, expires_on",
    "inspection": "id, cabinet_id, inspected_on, passed",
    "volunteer": "id, name, phone, phone_hash, home, area_id, status, consent_version",
    "consent_event": "id, volunteer_id, version, kind",
    "guardianship": "id, cabinet_id, volunteer_id, role, since_on, until_on",
    "audit_event": "id, actor, action, subject",
}


def build_old_instance(engine: Engine) -> None:
    """Bring an empty database to that version's schema, and fill it."""
    with engine.connect().execution_options(**{WRITE: True}) as connection, connection.begin():
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, FIRST_WITH_VOLUNTEERS)
        for table, rows in _rows().items():
            names = list(rows[0])
            values = ", ".join(f":{name}" for name in names)
            connection.execute(text(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values})"), rows)  # noqa: S608 ours


def kept(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Return what stands in the columns of that version, whatever the schema is now."""
    with engine.connect() as connection:
        wanted = {table: text(f"SELECT {names} FROM {table} ORDER BY id") for table, names in KEPT.items()}  # noqa: S608
        return {table: [tuple(row) for row in connection.execute(query)] for table, query in wanted.items()}


def _rows() -> dict[str, Sequence[dict[str, Any]]]:
    area = {"id": 1, "slug": "krakeel", "name": "Krakeel", "kind": "neighbourhood", "population": 100}
    area |= {"name_source": "test", "boundary_source": "test", "shape": to_wkb(box(6.4, 52.6, 6.5, 52.8))}
    cabinets, volunteers = range(1, CABINETS + 1), range(1, VOLUNTEERS + 1)
    return {
        "area": [area],
        "cabinet": [_cabinet(number) for number in cabinets],
        "device": [{"id": number, "cabinet_id": number, "in_use_since_on": DAY} for number in cabinets],
        "consumable": [
            {"device_id": number, "kind": kind, "expires_on": date(2028, 1, 1 + number % 28)}
            for number in cabinets
            for kind in ("pads_adult", "battery")
        ],
        "inspection": [
            {"cabinet_id": number, "inspected_on": DAY, "passed": number % 9 > 0, "recorded_at": AT}
            for number in cabinets
        ],
        "volunteer": [_volunteer(number) for number in volunteers],
        "consent_event": [
            {"volunteer_id": number, "version": "1", "kind": "given", "way": "join_page", "at": AT}
            for number in volunteers
        ],
        "guardianship": [
            {"cabinet_id": number, "volunteer_id": number, "role": "guardian", "since_on": DAY}
            for number in volunteers
        ],
        "audit_event": [
            {"at": AT, "actor": "system", "action": "registered", "subject": f"{number}", "detail": "{}"}
            for number in volunteers
        ],
    }


def _cabinet(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "ref": f"HGV-{number:03d}",
        "name": f"Buurthuis {number}",
        "matching_name": f"buurthuis {number}",
        "status": "in_service",
        "lat": 52.7 + number / 10_000,
        "lon": 6.45,
        "area_id": 1,
        "access_code": bytes([number % 256]) * 40,
        "is_example": False,
        "created_at": AT,
        "updated_at": AT,
    }


def _volunteer(number: int) -> dict[str, Any]:
    return {
        "id": number,
        **{name: f"{name} {number}".encode() for name in ("name", "phone", "phone_hash", "home")},
        "area_id": 1,
        **dict.fromkeys(("responds", "fetches", "guards"), True),
        "travel_mode": "walk",
        "language": "nl",
        "consent_version": "1",
        "consented_at": AT,
        "status": "active",
        "is_example": False,
        "created_at": AT,
        "updated_at": AT,
    }

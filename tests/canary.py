"""Canaries: invented words and figures of one person, looked for wherever they must not be."""

import base64
import struct
from collections.abc import Collection, Iterator
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import LargeBinary, MetaData, select, type_coerce
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

NAME, NATIONAL, EMAIL = "Kanarie Zonnebloem", "0612344711", "kanarie.zonnebloem@example.org"
LAT, LON = 52.7261847, 6.4712345
NOTE, TEXT = "Kanarienotitie zevenblad", "Kanariebericht bosanemoon"
SHORTEST = 12  # bytes that no other value begins with by chance


def needles() -> dict[str, bytes]:
    """Return what would give somebody away, as it may be written, by how it is written."""
    plain = {
        "name": NAME,
        "first name": NAME.split(maxsplit=1)[0] + " ",
        "number": NATIONAL[1:],
        "number in groups": "6 12344711",
        "e-mail": EMAIL,
        "note": NOTE,
        "text": TEXT,
        "latitude": "52.72618",
        "longitude": "6.47123",
    }
    found = {what: words.encode() for what, words in plain.items()}
    found |= {
        f"{what}, quoted": quote(words).encode() for what, words in plain.items() if quote(words) != words
    }
    for words in (NAME, EMAIL, TEXT):
        found[f"base64 of {words}"] = base64.b64encode(words.encode()).rstrip(b"=")[:-1]
    return found | {"home as stored": struct.pack("<dd", LAT, LON)}


def found_in(data: bytes | str) -> list[str]:
    """Return which of them stand in what somebody could read."""
    raw = data.encode() if isinstance(data, str) else data
    return sorted(what for what, needle in needles().items() if needle in raw)


def sealed_values(session: Session, *, but: Collection[str] = ()) -> set[bytes]:
    """Return all values of bytes in the database but those of some tables: what is encrypted, and hashes."""
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    session.rollback()
    tables = MetaData()
    tables.reflect(engine)
    kept: set[bytes] = set()
    for table in tables.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, LargeBinary) and table.name not in but:
                raw = type_coerce(column, LargeBinary)
                kept |= {bytes(value) for value in session.scalars(select(raw)) if value}
    session.rollback()
    return kept


def remaining(values: Collection[bytes], files: Iterator[Path]) -> set[bytes]:
    """Return which of these values a file still holds the beginning of, as bytes or in hexadecimal digits."""
    told = b"\0".join(file.read_bytes() for file in files)
    return {
        value
        for value in values
        if len(value) >= SHORTEST and (value[:SHORTEST] in told or value[:SHORTEST].hex().encode() in told)
    }


def texts_with_canaries(session: Session) -> list[str]:
    """Return the columns of text in which one stands unencrypted."""
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    tables, given_away = MetaData(), []
    tables.reflect(engine)
    for table in tables.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, LargeBinary):
                continue
            values = session.scalars(select(column)).all()
            if any(found_in(str(value)) for value in values if value is not None):
                given_away.append(f"{table.name}.{column.name}")
    session.rollback()
    return given_away

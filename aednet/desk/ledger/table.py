"""The open changes as a table for a spreadsheet."""

from collections.abc import Iterator

from flask_babel import gettext
from sqlalchemy.orm import Session

from aednet.base.urgency import Spot
from aednet.cabinets.ledger.queries import Areas, OpenCabinet, list_open
from aednet.desk.ledger.words import fact_words, value_words, whole_words
from aednet.exchange.lines import csv_lines

BATCH = 500  # cabinets


def ledger_table(session: Session, *, within: Areas) -> Iterator[str]:
    """Yield the table line by line, the most pressing cabinets first. It never holds an access code."""
    headings = (
        gettext("Kast"),
        gettext("Naam"),
        gettext("Smederij"),
        gettext("Wat"),
        gettext("Was"),
        gettext("Wordt"),
        gettext("Veranderd op"),
    )
    return csv_lines(headings, _rows(session, within=within))


def _rows(session: Session, *, within: Areas) -> Iterator[tuple[str | None, ...]]:
    after: Spot | None = None
    while batch := list_open(session, within=within, after=after, limit=BATCH):
        for cabinet in batch:
            yield from _rows_of(cabinet)
        after = Spot(at=batch[-1].at, id=batch[-1].id)


def _rows_of(cabinet: OpenCabinet) -> Iterator[tuple[str | None, ...]]:
    heading = (cabinet.ref, cabinet.name, cabinet.area_name)
    for entry in cabinet.entries:
        changed_on = entry.changed_at.date().isoformat()
        if not entry.is_whole:
            old, new = entry.change.old, entry.change.new
            words = value_words(entry.fact, old), value_words(entry.fact, new)
            yield (*heading, fact_words(entry.fact), *words, changed_on)
            continue
        yield (*heading, whole_words(entry.change), None, None, changed_on)
        for fact, value in cabinet.whole:
            yield (*heading, fact_words(fact), None, value_words(fact, value), changed_on)

"""What has to be known of a whole file before its first row can be stored."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from aednet.exchange.cells import read_text
from aednet.exchange.headings import Columns, Field
from aednet.exchange.rows import CabinetRow, RefusedRow, read_row
from aednet.exchange.tables import Table, TableRow

SAMPLE: Final = 1_000  # rows by which a file's register is recognised


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """How many rows a table has, every `ref` in it, and some rows with an `id` from all over it."""

    rows: int
    refs: frozenset[str]
    sample: list[CabinetRow]


def survey(table: Table, columns: Columns, *, today: date) -> Survey:
    """Read a table through once, before anything is stored."""
    at = columns.positions.get(Field.REF)
    refs, sample, stride, number = set(), list[TableRow](), 1, 0
    for number, row in enumerate(table.rows(), start=1):
        if at is not None and not row.problem and (ref := read_text(row.cells[at])):
            refs.add(ref)
        if Field.KEY in columns.positions and number % stride == 0:
            sample.append(row)
            if len(sample) > SAMPLE:
                sample, stride = sample[1::2], stride * 2
    return Survey(
        rows=number,
        refs=frozenset(refs),
        sample=list(_readable(sample, columns, today=today)),
    )


def _readable(rows: list[TableRow], columns: Columns, *, today: date) -> Iterator[CabinetRow]:
    for row in rows:
        try:
            yield read_row(row, columns, today=today)
        except RefusedRow:
            continue

"""A table in a CSV file of unknown making, read row by row so that its size does not matter."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from aednet.exchange.files import InvalidFile, detect_encoding, open_seekable

DELIMITERS: Final = (",", ";", "\t", "|")
LONGEST_ROW: Final = 65_536  # characters; a row of one cabinet has a few hundred
SEPARATOR_HINT: Final = "sep="  # a first line by which Excel is told the delimiter; it shows no row for it
SHOWN_HEADINGS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One row: its number as a spreadsheet shows it, and a cell for each heading.

    Where the row does not fit the headings, `problem` says why and there are no cells.
    """

    number: int
    cells: tuple[str, ...] = ()
    problem: str | None = None


class Table:
    """The headings of a CSV file, and its rows as often as they are asked for."""

    def __init__(self, stream: io.TextIOWrapper, delimiter: str) -> None:
        """Read the headings of `stream`."""
        self._stream = stream
        self._delimiter = delimiter
        heading = next(_records(stream, delimiter))
        self.headings: tuple[str, ...] = heading.cells

    def rows(self) -> Iterator[TableRow]:
        """Yield every row under the headings that is not blank, from the first one on.

        Raises:
            InvalidFile: a row is longer than any honest one.
        """
        records = _records(self._stream, self._delimiter)
        next(records)
        for record in records:
            yield record if record.problem else self._fitted(record)

    def _fitted(self, record: "_Record") -> TableRow:
        cells, expected = record.cells, len(self.headings)
        if len(cells) > expected and not any(map(str.strip, cells[expected:])):
            cells = cells[:expected]
        if len(cells) == expected:
            return TableRow(number=record.number, cells=cells)
        problem = f"has {len(cells)} cells where the heading has {expected}"
        if record.lines > 1:
            problem += f"; it runs over {record.lines} lines: is a quote left open?"
        return TableRow(number=record.number, problem=problem)


@contextmanager
def open_table(path: Path, *, is_known: Callable[[str], bool]) -> Iterator[Table]:
    """Open the CSV file at `path`, having found out its encoding and its delimiter.

    The delimiter is the one under which `is_known` knows most headings.

    Raises:
        InvalidFile: the file is no text, is empty, or has no heading that is known.
    """
    with open_seekable(path) as file:
        stream = io.TextIOWrapper(file, detect_encoding(file), newline="")
        try:
            yield Table(stream, _delimiter(stream, is_known))
        finally:
            stream.detach()


def _delimiter(stream: io.TextIOWrapper, is_known: Callable[[str], bool]) -> str:
    found = []
    for delimiter in DELIMITERS:
        heading = next(_records(stream, delimiter), None)
        if heading is None:
            raise InvalidFile("The file is empty.")
        known = sum(map(is_known, heading.cells))
        found.append((known, len(heading.cells), delimiter, heading.cells))
    known, columns, delimiter, headings = max(found, key=lambda choice: choice[:2])
    if not columns:
        raise InvalidFile("The first row, which names the columns, has quotes that do not match.")
    if not known:
        shown = ", ".join(shorten(heading) for heading in headings[:SHOWN_HEADINGS])
        raise InvalidFile(f"The first row holds no heading that is known, but: {shown}.")
    return delimiter


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record(TableRow):
    lines: int


def _records(stream: io.TextIOWrapper, delimiter: str) -> Iterator[_Record]:
    """Yield every record that is not blank, from the start of the stream on; quotes must match."""
    stream.seek(0)
    if not stream.readline(LONGEST_ROW).lower().startswith(SEPARATOR_HINT):
        stream.seek(0)
    lines = _BoundedLines(stream)
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    number = 0
    while True:
        number += 1
        lines.begin_row(number)
        try:
            cells = tuple(next(reader))
        except StopIteration:
            return
        except csv.Error:
            yield _Record(number=number, problem=_misquoted(lines), lines=lines.count)
            continue
        if any(map(str.strip, cells)):
            yield _Record(number=number, cells=cells, lines=lines.count)


def _misquoted(lines: "_BoundedLines") -> str:
    if lines.at_end and lines.count > 1:
        return f"leaves a quote open and so runs on over {lines.count} lines to the end of the file"
    return "has quotes that do not match"


class _BoundedLines:
    """The lines of a stream, refused where a row of the table gets too long to be one."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._number = 0
        self._left = 0
        self.count = 0
        self.at_end = False

    def begin_row(self, number: int) -> None:
        """Expect the lines of row `number`."""
        self._number, self._left, self.count = number, LONGEST_ROW, 0

    def __iter__(self) -> "_BoundedLines":
        return self

    def __next__(self) -> str:
        line = self._stream.readline(self._left + 1)
        if not line:
            self.at_end = True
            raise StopIteration
        self._left -= len(line)
        self.count += 1
        if self._left < 0:
            raise InvalidFile(
                f"Row {self._number} is longer than {LONGEST_ROW} characters: is a quote left open there?"
            )
        return line


def shorten(text: str, longest: int = 40) -> str:
    """Return a text out of a file as it may be shown: quoted, not too long, nothing that moves a cursor."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return '"' + "".join(c if c.isprintable() else "�" for c in cut) + '"'

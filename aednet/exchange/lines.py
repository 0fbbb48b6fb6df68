"""Tables as CSV that a double click opens well in a Dutch Excel, for pages that hand out a list."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from aednet.exchange.cells import write_text

# Excel splits at semicolons, and takes a file without a byte order mark for Windows-1252.
DELIMITER: Final = ";"
BYTE_ORDER_MARK: Final = "\ufeff"


def csv_lines(headings: Sequence[str], rows: Iterable[Sequence[str | int | None]]) -> Iterator[str]:
    """Yield a table line by line, its texts such that no spreadsheet calculates them."""
    yield BYTE_ORDER_MARK + _line(headings)
    for row in rows:
        yield _line([_cell(value) for value in row])


def _cell(value: str | int | None) -> str:
    if value is None:
        return ""
    return write_text(value) if isinstance(value, str) else str(value)


def _line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter=DELIMITER).writerow(cells)
    return line.getvalue()

"""Excel sheets out: text stays text, whatever it begins with, and days are days."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

CHUNK = 65_536  # bytes
Value = str | float | bool | date | None


def write_sheet(headings: Iterable[str], rows: Iterable[Sequence[Value]]) -> Iterator[bytes]:
    """Yield an .xlsx file with one sheet, piece by piece; rows stream, so that many do no harm."""
    book = Workbook(write_only=True)
    sheet: WriteOnlyWorksheet = book.create_sheet("aednet")
    sheet.freeze_panes = "A2"
    sheet.append(list(headings))
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while piece := file.read(CHUNK):
            yield piece


def _cell(sheet: WriteOnlyWorksheet, value: Value) -> WriteOnlyCell:
    if not isinstance(value, str):
        return WriteOnlyCell(sheet, value)
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
    cell.data_type = "s"  # openpyxl would make a formula of what begins with "="
    return cell

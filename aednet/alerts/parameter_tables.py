"""A table of parameters: rows that a program counted, to be joined to what stands in the database.

They go in as one value, as JSON, so that a statement reads the same however many there are. SQLAlchemy then
keeps it compiled, which it cannot with VALUES, and which costs more than looking for what is due.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import CTE, Boolean, ColumnElement, Date, String, cast, literal, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from aednet.base.database import UtcDateTime

INSTANT: Final = "%Y-%m-%d %H:%M:%S.%f"  # as SQLite keeps them: in UTC, without saying so
TYPES: Final[Mapping[Any, TypeEngine[Any]]] = {bool: Boolean(), date: Date(), datetime: UtcDateTime()}


def table_of(kind: type[Any], rows: Iterable[Any], *, name: str) -> CTE:
    """Return values of one dataclass as a table, its columns named and typed as the fields."""
    told = fields(kind)
    data = json.dumps([[_stored(getattr(row, field.name)) for field in told] for row in rows])
    row = _Rows(literal(data, String)).table_valued("value").c.value
    cells = [
        _Cell(row, literal_column(str(place)), to=TYPES.get(field.type, String())).label(field.name)
        for place, field in enumerate(told)
    ]
    return select(*cells).cte(name)


class _Rows(FunctionElement[Any]):
    """The rows of a JSON list, in their column `value`."""

    inherit_cache = True


class _Cell(FunctionElement[Any]):
    """One value of a row, as it would be read from a column of a type."""

    inherit_cache = True

    def __init__(self, row: ColumnElement[Any], place: ColumnElement[int], *, to: TypeEngine[Any]) -> None:
        super().__init__(row, place)
        self.type = to


@compiles(_Rows, "sqlite")
def _rows_on_sqlite(rows: _Rows, compiler: SQLCompiler, **words: Any) -> str:
    return f"json_each({compiler.process(rows.clauses, **words)})"


@compiles(_Rows, "postgresql")
def _rows_on_postgresql(rows: _Rows, compiler: SQLCompiler, **words: Any) -> str:
    (data,) = rows.clauses
    return f"jsonb_array_elements({compiler.process(cast(data, JSONB), **words)})"


@compiles(_Cell, "sqlite")
def _cell_on_sqlite(cell: _Cell, compiler: SQLCompiler, **words: Any) -> str:
    row, place = (compiler.process(part, **words) for part in cell.clauses)
    return f"json_extract({row}, '$[{place}]')"


@compiles(_Cell, "postgresql")
def _cell_on_postgresql(cell: _Cell, compiler: SQLCompiler, **words: Any) -> str:
    row, place = (compiler.process(part, **words) for part in cell.clauses)
    told = f"({row} ->> {place})"
    if isinstance(cell.type, UtcDateTime):
        return f"CAST({told} AS TIMESTAMP) AT TIME ZONE 'UTC'"
    return f"CAST({told} AS {compiler.dialect.type_compiler_instance.process(cell.type)})"


def _stored(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime(INSTANT)
    return value.isoformat() if isinstance(value, date) else value

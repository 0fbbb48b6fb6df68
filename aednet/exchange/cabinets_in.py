"""Cabinets from a CSV file into the network."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Final

from pydantic import ValidationError
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from aednet.areas.ground import Ground, load_ground
from aednet.base import audit
from aednet.base.errors import InvalidValue
from aednet.base.texts import folded
from aednet.cabinets.arrivals import Arrival, Outcome, Taken, take_in
from aednet.cabinets.drafts import CabinetDraft, DeviceDraft
from aednet.cabinets.known import KnownCabinet
from aednet.cabinets.services import REF_DIGITS, Origin, next_ref
from aednet.config import Settings
from aednet.exchange.files import InvalidFile
from aednet.exchange.headings import Columns, Field, is_heading, match_columns
from aednet.exchange.recognition import Claim, Recogniser
from aednet.exchange.registers import recognise_register
from aednet.exchange.reports import ImportReport, NothingKept, Refusal
from aednet.exchange.rows import CabinetRow, RefusedRow, field_label, read_row, reason
from aednet.exchange.survey import survey
from aednet.exchange.tables import TableRow, open_table
from aednet.geography.extent import check_inside

BATCH: Final = 500  # rows looked up and stored at once; bounds memory, and the parameters of a statement
NO_DEVICE: Final = DeviceDraft()
REGISTRY_HEADING: Final = folded("hsn-aed-id")  # of HartslagNu's own list; field.md

Progress = Callable[[int, int], None]


def nobody_watches(_done: int, _total: int) -> None:
    """Show no progress."""


def import_cabinets(
    session: Session,
    path: Path,
    *,
    source: str,
    settings: Settings,
    now: datetime,
    today: date,
    mapping: Mapping[str, Field | None] | None = None,
    dry_run: bool = False,
    strict: bool = False,
    progress: Progress = nobody_watches,
) -> ImportReport:
    """Store what the CSV file at `path` says of cabinets, in the transaction of `session`.

    A row is known again by its `ref`, by its `id` within its register, or by name and position; `source`
    is how the register is called if it is new here. A column that the file has not, and likewise an
    empty cell, leaves what is stored as it is; a new cabinet without status is in service and without `ref`
    gets the next one. A last inspection is logged unless one on that day or later is known. Importing
    a file twice changes nothing. `progress` gets the number of rows done, and of all.

    Raises:
        InvalidFile: the file is no table of cabinets.
        NothingKept: on a dry run, or where `strict` and a row was refused; roll back, its report tells
            what would have become of the rows.
    """
    known = {folded(heading) for heading in mapping or {}}
    with open_table(path, is_known=lambda text: is_heading(text) or folded(text) in known) as table:
        columns = match_columns(table.headings, mapping)
        _check_columns(columns)
        whole = survey(table, columns, today=today)
        register = recognise_register(session, whole.sample, proposed=source)
        intake = _Intake(
            session,
            columns,
            register=register,
            is_registry=any(folded(heading) == REGISTRY_HEADING for heading in table.headings),
            ground=load_ground(session, settings),
            refs=_free_refs(session, settings.ref_prefix, whole.refs),
            now=now,
        )
        done = 0
        for batch in _batches(table.rows()):
            intake.take(batch, today=today)
            done += len(batch)
            progress(done, whole.rows)
    report = intake.report()
    audit.record(
        session,
        at=now,
        actor="system",
        action="cabinets_imported",
        subject=f"register {register}",
        detail={
            "new": str(report.new),
            "changed": str(report.changed),
            "unchanged": str(report.unchanged),
            "refused": str(len(report.refused)),
        },
    )
    if dry_run or (strict and report.refused):
        raise NothingKept(report)
    return report


class _Intake:
    """The rows of one file, taken in batch by batch."""

    def __init__(
        self,
        session: Session,
        columns: Columns,
        *,
        register: str,
        is_registry: bool,
        ground: Ground,
        refs: Iterator[str],
        now: datetime,
    ) -> None:
        self._session = session
        self._columns = columns
        self._register = register
        self._is_registry = is_registry
        self._ground = ground
        self._refs = refs
        self._now = now
        self._recogniser = Recogniser(session, source=register)
        self._counts = dict.fromkeys(Outcome, 0)
        self._refused: list[Refusal] = []

    def take(self, batch: list[TableRow], *, today: date) -> None:
        """Take in the next rows."""
        rows = []
        for table_row in batch:
            try:
                rows.append(read_row(table_row, self._columns, today=today))
            except RefusedRow as refused:
                self._refuse(table_row.number, str(refused))
        self._recogniser.look_up(rows)
        arrivals = [(row, arrival) for row in rows if (arrival := self._arrival(row)) is not None]
        taken = self._store([arrival for _, arrival in arrivals])
        for (row, _), outcome in zip(arrivals, taken, strict=True):
            if outcome is None:
                self._refuse(row.number, "the database refuses it; import the file once more")
                continue
            self._counts[outcome.outcome] += 1
            self._recogniser.stored(row, outcome.cabinet_id)

    def report(self) -> ImportReport:
        """Return what became of the rows so far."""
        return ImportReport(
            new=self._counts[Outcome.NEW],
            changed=self._counts[Outcome.CHANGED],
            unchanged=self._counts[Outcome.UNCHANGED],
            refused=tuple(sorted(self._refused, key=lambda refusal: refusal.number)),
            unused_headings=self._columns.unused,
        )

    def _refuse(self, number: int, why: str) -> None:
        self._refused.append(Refusal(number=number, reason=why))

    def _arrival(self, row: CabinetRow) -> Arrival | None:
        """Return what a row asks to be stored, or None where it is refused or says nothing new."""
        try:
            found = self._recogniser.find(row)
            if isinstance(found, Claim):
                if found.fingerprint != row.fingerprint():
                    raise RefusedRow(f"tells of the same cabinet as row {found.number}, and differs from it")
                self._counts[Outcome.UNCHANGED] += 1
                return None
            arrival = self._checked(row, found)
        except RefusedRow as refused:
            self._refuse(row.number, str(refused))
            return None
        self._recogniser.claim(row, found)
        return arrival

    def _checked(self, row: CabinetRow, known: KnownCabinet | None) -> Arrival:
        values = dict(row.cabinet)
        if known is not None:
            values = {"name": known.name, "lat": known.position.lat, "lon": known.position.lon} | values
        missing = [what for what, field in (("name", "name"), ("position", "lat")) if field not in values]
        if missing:
            raise RefusedRow(f"has no {' and no '.join(missing)}")
        try:
            draft = CabinetDraft.model_validate(values)
            device = DeviceDraft.model_validate(row.device) if row.device else NO_DEVICE
            if row.position is not None:
                check_inside(row.position, self._ground.extent)
        except (ValidationError, InvalidValue) as error:
            raise RefusedRow(reason(error, field_label(self._columns))) from None
        has_origin = row.key is not None and (known is None or row.ref is None)
        return Arrival(
            cabinet_id=None if known is None else known.id,
            ref=row.ref or (next(self._refs) if known is None else known.ref),
            draft=draft,
            fields=row.cabinet.keys(),
            device=device,
            device_fields=row.device.keys(),
            inspected_on=row.inspected_on,
            passed=row.passed,
            origin=Origin(source=self._register, key=row.key) if has_origin and row.key else None,
            is_example=row.is_example,
        )

    def _store(self, arrivals: list[Arrival]) -> list[Taken | None]:
        """Store arrivals; where the database refuses them together, one by one, None for each it refuses."""
        if not arrivals:
            return []
        try:
            with self._session.begin_nested():
                return [
                    *take_in(
                        self._session,
                        arrivals,
                        is_registry=self._is_registry,
                        ground=self._ground,
                        now=self._now,
                    )
                ]
        except (IntegrityError, DataError):
            if len(arrivals) == 1:
                return [None]
        return [taken for arrival in arrivals for taken in self._store([arrival])]


def _batches(rows: Iterator[TableRow]) -> Iterator[list[TableRow]]:
    batch = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _free_refs(session: Session, prefix: str, reserved: Collection[str]) -> Iterator[str]:
    """Yield references from the next one on, without those that the file gives to cabinets itself."""
    first = int(next_ref(session, prefix).removeprefix(f"{prefix}-"))
    for number in count(first):
        if (ref := f"{prefix}-{number:0{REF_DIGITS}d}") not in reserved:
            yield ref


def _check_columns(columns: Columns) -> None:
    has_position = {
        Field.LAT,
        Field.LON,
    } <= columns.positions.keys() or Field.COORDINATES in columns.positions
    if {Field.REF, Field.KEY} & columns.positions.keys() or (
        Field.NAME in columns.positions and has_position
    ):
        return
    raise InvalidFile(
        "The file needs columns for name and position (lat and lon), or for the ref of cabinets that are "
        "stored; say with --mapping what its headings mean."
    )

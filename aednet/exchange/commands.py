"""The commands `aednet import` and `aednet export`."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click
from sqlalchemy.orm import Session

from aednet.areas.ground import load_ground
from aednet.areas.services import put_cells
from aednet.base.commandline import with_app
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.exchange.areas_in import RefusedAreas, import_areas, shipped_areas, store_areas
from aednet.exchange.cabinets_in import Progress, import_cabinets, nobody_watches
from aednet.exchange.cabinets_out import Format, export_cabinets
from aednet.exchange.headings import read_mapping
from aednet.exchange.population_in import shipped_cells
from aednet.exchange.reports import ImportReport, NothingKept
from aednet.exchange.tables import shorten

FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@click.group("import")
def import_group() -> None:
    """Take areas or cabinets in from a file."""


@import_group.command("areas")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option("--strict", is_flag=True, expose_value=False, help="Always so: all areas are stored, or none.")
@with_app
def areas_in(*, file: Path, dry_run: bool) -> None:
    """Take in areas: a GeoJSON FeatureCollection in WGS84. All of them are stored, or none."""
    try:
        with transaction() as session:
            report = import_areas(
                session,
                file,
                settings=current().settings,
                now=current().clock.now(),
                dry_run=dry_run,
            )
    except NothingKept as kept:
        report = kept.report
    except RefusedAreas as refused:
        if len(refused.complaints) > 1:
            click.echo("\n".join(refused.complaints), err=True)
        raise
    click.echo(_summary(report, kept=not dry_run))


@import_group.command("cabinets")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option("--strict", is_flag=True, help="Store nothing if a single row is refused.")
@click.option(
    "--mapping",
    type=FILE,
    help="CSV with the columns heading and field: what the file's own headings mean.",
)
@with_app
def cabinets_in(*, file: Path, dry_run: bool, strict: bool, mapping: Path | None) -> None:
    """Take in cabinets from a CSV file.

    The headings may be Dutch, English or German, the encoding and the delimiter are found out. A row is
    known by its ref or id, else by name and position; the same file twice changes nothing. Empty cells
    leave what is stored as it is. Rows that cannot be used are named on standard error.
    """
    kept = True
    try:
        with transaction() as session, _progress() as progress:
            report = import_cabinets(
                session,
                file,
                source=file.stem,
                settings=current().settings,
                now=current().clock.now(),
                today=current().clock.today(),
                mapping=read_mapping(mapping) if mapping is not None else None,
                dry_run=dry_run,
                strict=strict,
                progress=progress,
            )
    except NothingKept as undone:
        report, kept = undone.report, False
    for refusal in report.refused:
        click.echo(f"row {refusal.number}: {refusal.reason}", err=True)
    if report.unused_headings:
        click.echo(f"columns not used: {', '.join(map(shorten, report.unused_headings))}", err=True)
    click.echo(_summary(report, kept=kept))
    if strict and report.refused:
        raise click.ClickException("Nothing was stored: mend the rows named above, or leave --strict out.")
    if not report.accepted:
        raise click.ClickException("No row could be used.")


@click.group("export")
def export_group() -> None:
    """Write cabinets to a file."""


@export_group.command("cabinets")
@click.option("--format", "form", type=click.Choice(list(map(str, Format))), default="csv", show_default=True)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file, instead of standard output."
)
@with_app
def cabinets_out(*, form: str, output: Path | None) -> None:
    """Write every cabinet that is not retired, without access codes.

    CSV can be imported again; osm is OpenStreetMap's XML for an editor such as JOSM.
    """
    pieces = export_cabinets(db.session(), Format(form), today=current().clock.today())
    with _opened(output) as file:
        for piece in pieces:
            file.write(piece)


def put_areas_from(session: Session, path: Path | None) -> int:
    """Store the areas of a GeoJSON file, or without one those of Hoogeveen with where their people live.

    Returns how many areas there are.

    Raises:
        InvalidFile: the file cannot be used, or its areas do not fit those that are stored.
    """
    settings, now = current().settings, current().clock.now()
    if path is None:
        report = store_areas(session, shipped_areas(), settings=settings, now=now)
        put_cells(session, shipped_cells(), load_ground(session, settings).locator)
    else:
        report = import_areas(session, path, settings=settings, now=now)
    return report.accepted


def _summary(report: ImportReport, *, kept: bool) -> str:
    counts = (
        f"{report.new} new, {report.changed} changed, {report.unchanged} unchanged, "
        f"{len(report.refused)} refused"
    )
    return counts if kept else f"{counts}; nothing was written"


@contextmanager
def _progress() -> Iterator[Progress]:
    """Show a bar, where somebody is watching."""
    if not sys.stderr.isatty():
        yield nobody_watches
        return
    with click.progressbar(length=0, label="Importing", file=sys.stderr) as bar:

        def show(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield show


@contextmanager
def _opened(output: Path | None) -> Iterator[IO[bytes]]:
    """Open what to write to: standard output, or a file that appears whole or not at all."""
    if output is None:
        yield sys.stdout.buffer
        return
    if output.exists() and not output.is_file():  # a pipe or a device cannot be replaced
        with output.open("wb") as device:
            yield device
        return
    if not output.parent.is_dir():
        raise click.ClickException(f"There is no folder {output.parent} to write to.")
    draft = output.with_name(f".{output.name}.{os.getpid()}.part")
    try:
        with draft.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(output)
    finally:
        draft.unlink(missing_ok=True)

"""`aednet backup` and `aednet restore`: the state of an instance, kept and put back."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
from flask import Flask
from sqlalchemy import Engine, inspect, text

from aednet.alerts.planning.services import plan
from aednet.alerts.ticks import INTERVALS, hours_of
from aednet.app import create_app
from aednet.base import audit
from aednet.base.archive import FORMAT, Manifest, digest_of, read_manifest, unpack_database, write_archive
from aednet.base.commandline import with_app
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.dumps import check_copy, copy_database, load_dump, put_in_place
from aednet.base.errors import Conflict, InvalidValue
from aednet.base.instance import restore_mark
from aednet.base.migration import knows, revision_of, upgrade
from aednet.base.transactions import transaction
from aednet.messaging.restoring import doubt_what_may_have_been_sent
from aednet.messaging.suppressions import stop_again
from aednet.volunteers.erasing import erase_again

UNPACKED: Final = ".restore-"
NOT_EMPTY: Final = ("cabinet", "volunteer", "account")


@dataclass(frozen=True, slots=True, kw_only=True)
class Revived:
    """What had to be done to an older state: messages left to a person, people erased once more."""

    doubted: int
    erased: int


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_app
def backup(*, file: Path) -> None:
    """Write the database into FILE, while the service runs. The keys are not in it: keep them apart."""
    if file.exists():
        raise InvalidValue(f"{file} is there already: name a file that is not.")
    revision = revision_of(db.engine)
    if revision is None:
        raise InvalidValue("There is nothing to back up: run `aednet init` first.")
    with _folder_in(file.parent) as folder:
        copy = folder / "database"
        copy_database(db.engine, copy)
        manifest = Manifest(
            format=FORMAT,
            taken_at=current().clock.now().isoformat(timespec="seconds"),
            kind=db.engine.dialect.name,
            revision=revision,
            keys=current().keyring.fingerprints,
            sha256=digest_of(copy),
        )
        write_archive(file, copy, manifest)
    click.echo(f"{file}: {file.stat().st_size} bytes, schema {revision}.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Put it in the place of what is in the instance now.")
@with_app
def restore(*, file: Path, replace: bool) -> None:
    """Put back what is in FILE; aednet must not be running meanwhile. It is upgraded, too."""
    engine, manifest = db.engine, read_manifest(file)
    _check(file, manifest, engine)
    if not replace and not _is_empty(engine):
        raise Conflict(
            "This instance is not empty; with `--replace`, the backup takes the place of what is there."
        )
    engine.dispose()
    revived = (_restore_postgresql if engine.dialect.name == "postgresql" else _restore_sqlite)(
        file, manifest, engine
    )
    click.echo(
        f"Restored the state of {manifest.taken_at}. {revived.erased} people were erased again. "
        f"{revived.doubted} messages may have been sent since: at the desk, a person decides about each."
    )


def _check(file: Path, manifest: Manifest, engine: Engine) -> None:
    if manifest.kind != engine.dialect.name:
        raise InvalidValue(f"{file} is of {manifest.kind}, and this instance is on {engine.dialect.name}.")
    if not set(manifest.keys) <= set(current().keyring.fingerprints):
        raise InvalidValue(
            f"{file} was written under other keys: put those into AEDNET_SECRET_KEYS or the file secret_keys."
        )
    if not knows(manifest.revision):
        raise InvalidValue(f"{file} was made by a later version of aednet: update aednet first.")


def _is_empty(engine: Engine) -> bool:
    with engine.connect() as connection:
        tables = set(inspect(connection).get_table_names())
        return not any(
            connection.execute(text(f"SELECT 1 FROM {table} LIMIT 1")).first()  # noqa: S608 a constant
            for table in NOT_EMPTY
            if table in tables
        )


def _restore_sqlite(file: Path, manifest: Manifest, engine: Engine) -> Revived:
    """Make the copy ready beside the database, so that what takes its place lacks nothing any more."""
    database = Path(engine.url.database or "")
    _sweep(database.parent)
    with _folder_in(database.parent) as folder:
        copy = folder / "database"
        unpack_database(file, manifest, copy)
        check_copy(copy)
        beside = create_app(
            current().settings.model_copy(update={"database_url": f"sqlite:///{copy}"}), clock=current().clock
        )
        revived = _revive(beside, manifest)
        put_in_place(copy, database)
    return revived


def _restore_postgresql(file: Path, manifest: Manifest, engine: Engine) -> Revived:
    """Load it in one transaction; until it is revived, nothing serves or sends from it."""
    settings = current().settings
    _sweep(settings.instance)
    with _folder_in(settings.instance) as folder:
        dump = folder / "database"
        unpack_database(file, manifest, dump)
        mark = restore_mark(settings)
        was_marked = mark.exists()
        mark.touch()
        try:
            load_dump(dump, engine)
        except Exception:
            if not was_marked:
                mark.unlink()
            raise
    revived = _revive(create_app(settings, clock=current().clock), manifest)
    mark.unlink()
    return revived


def _revive(app: Flask, manifest: Manifest) -> Revived:
    """Bring an older state to today: upgraded, nobody erased in it, nobody texted who wrote STOP, nor twice.

    What is due by now is planned first: what was planned and sent since the backup is not in it either.
    """
    with app.app_context():
        settings, now = current().settings, current().clock.now()
        upgrade(db.engine)
        with transaction() as session:
            erased = erase_again(session, now=now)
            stop_again(session, now=now)
            plan(session, now=now, hours=hours_of(settings), intervals=INTERVALS)
            doubted = doubt_what_may_have_been_sent(session, now=now)
            audit.record(
                session,
                at=now,
                actor="system",
                action="backup_restored",
                subject="database",
                detail={"taken_at": manifest.taken_at},
            )
        db.session.remove()
        db.engine.dispose()
    return Revived(doubted=doubted, erased=erased)


@contextmanager
def _folder_in(parent: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=parent, prefix=UNPACKED) as name:  # mode 700
        yield Path(name)


def _sweep(parent: Path) -> None:
    """Remove what a restore left that was killed."""
    for folder in parent.glob(f"{UNPACKED}*"):
        shutil.rmtree(folder, ignore_errors=True)

"""The `aednet` command: what runs the service, and the rooms' own commands."""

import sys
from collections.abc import Callable
from pathlib import Path

import click
from flask import Flask
from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError

from aednet.accounts.commands import token_group, user_group
from aednet.alerts.commands import remind
from aednet.app import create_app
from aednet.areas.queries import list_areas
from aednet.backups import backup, restore
from aednet.base.commandline import with_app
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.errors import AednetError, InvalidValue
from aednet.base.migration import upgrade
from aednet.base.transactions import transaction
from aednet.config import InvalidSettings
from aednet.coverage.commands import coverage, nearest
from aednet.demo.commands import demo
from aednet.doctor import doctor
from aednet.exchange.commands import export_group, import_group, put_areas_from
from aednet.server import check_schema, serve
from aednet.worker import run_worker


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="aednet")
@click.pass_context
def cli(context: click.Context) -> None:
    """Keep a neighbourhood's defibrillators and volunteers ready."""
    context.obj = create_app


@cli.command()
@click.option(
    "--areas", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="GeoJSON of areas."
)
@click.option("--no-areas", is_flag=True, help="Start without areas.")
@with_app
def init(*, areas: Path | None, no_areas: bool) -> None:
    """Create an instance for real use: database, keys and areas. Areas that are there already stay."""
    if areas is not None and no_areas:
        raise click.UsageError("Choose either --areas or --no-areas.")
    upgrade(db.engine)
    if not no_areas and (areas is not None or not list_areas(db.session())):
        with transaction() as session:
            count = put_areas_from(session, areas)
        click.echo(f"{count} areas.")
    click.echo(f"Ready in {current().settings.instance.absolute()}. Next: aednet serve")


@cli.group("db")
def database() -> None:
    """Look after the database."""


@database.command("upgrade")
@with_app
def upgrade_database() -> None:
    """Bring the database to the newest schema; safe to repeat and to interrupt."""
    upgrade(db.engine)


@cli.command()
@click.pass_obj
def worker(create: Callable[[], Flask]) -> None:
    """Run the reminder worker until it is told to stop."""
    check_schema()
    run_worker(create())


for command in (
    serve,
    demo,
    doctor,
    backup,
    restore,
    nearest,
    coverage,
    remind,
    import_group,
    export_group,
    user_group,
    token_group,
):
    cli.add_command(command)


NO_TABLES = "The database lacks tables: run `aednet init` first, or `aednet db upgrade` after an update."
NO_DATABASE = "The database cannot be reached: see `aednet doctor`."


def main() -> None:
    """Run a command; whatever goes wrong is told in one line, with exit status 1."""
    try:
        sys.exit(cli.main(standalone_mode=False) or 0)
    except click.exceptions.Exit as leaving:
        sys.exit(leaving.exit_code)
    except click.Abort:
        _fail("Stopped.")
    except click.ClickException as error:
        _fail(error.format_message())
    except InvalidValue as error:
        _fail(_in_one_line(error))
    except (AednetError, InvalidSettings, ArgumentError, OSError) as error:
        _fail(str(error))
    except ProgrammingError:
        _fail(NO_TABLES)
    except OperationalError as error:
        _fail(NO_TABLES if "no such table" in str(error) else NO_DATABASE)


def _in_one_line(error: InvalidValue) -> str:
    """Return the fact and what is wrong with each field, nothing twice."""
    advice = [
        f"{field}: {words}" for field, words in error.fields.items() if words.rstrip(".") not in str(error)
    ]
    swapped = [words for words in dict.fromkeys(error.fields.values()) if "did you mean" in words]
    return swapped[0] if swapped else " ".join([str(error), "; ".join(advice)]).strip()


def _fail(words: str) -> None:
    click.echo(" ".join(words.split()), err=True)
    sys.exit(1)


if __name__ == "__main__":
    main()

"""The `aednet` command: what runs the service, and the rooms' own commands."""

import logging
import sys
from collections.abc import Callable
from pathlib import Path

import click
from flask import Flask
from sqlalchemy.exc import OperationalError, ProgrammingError

from aednet.accounts.commands import token_group, user_group
from aednet.app import create_app
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
from aednet.server import serve
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
    """Create an empty instance for real use: database, keys and areas."""
    if areas is not None and no_areas:
        raise click.UsageError("Choose either --areas or --no-areas.")
    upgrade(db.engine)
    if not no_areas:
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
    run_worker(create())


for command in (serve, demo, doctor, nearest, coverage, import_group, export_group, user_group, token_group):
    cli.add_command(command)


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
        _fail(" ".join(dict.fromkeys([str(error), *error.fields.values()])))
    except (AednetError, InvalidSettings, OSError) as error:
        _fail(str(error))
    except (OperationalError, ProgrammingError) as error:
        logging.getLogger(__name__).debug("database error", exc_info=error)
        _fail("The database cannot be used as it is: run `aednet db upgrade`, then `aednet doctor`.")


def _fail(words: str) -> None:
    click.echo(" ".join(words.split()), err=True)
    sys.exit(1)


if __name__ == "__main__":
    main()

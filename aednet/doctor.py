"""`aednet doctor`: what is set, where it comes from, and what is wrong with it."""

import os
from collections.abc import Callable, Iterator

import click
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from aednet.base.context import current
from aednet.base.database import db
from aednet.base.heartbeats import find_last_beat, is_silent
from aednet.base.migration import is_up_to_date
from aednet.config import InvalidSettings, report_settings
from aednet.coverage.live import load_network
from aednet.messaging.circuits import open_circuits
from aednet.messaging.wiring import complaints_about
from aednet.worker import PROCESS


@click.command()
@click.pass_obj
def doctor(create: Callable[[], Flask]) -> None:
    """List every setting with its value and source, and say what is wrong."""
    reports = report_settings(os.environ)
    for report in reports:
        click.echo(f"{report.variable:<26} {report.value:<32} {report.source:<12} {report.meaning}")
    complaints = [f"{report.variable}: {report.complaint}" for report in reports if report.complaint]
    if not complaints:
        try:
            app = create()
        except InvalidSettings as error:
            complaints.append(str(error))
        else:
            with app.app_context():
                complaints += _complaints_of_instance()
    for complaint in complaints:
        click.echo(f"wrong: {complaint}")
    if complaints:
        raise click.ClickException("Mend what is named above.")
    click.echo("All is well.")


def _complaints_of_instance() -> Iterator[str]:
    settings, now = current().settings, current().clock.now()
    yield from complaints_about(settings)
    try:
        if not is_up_to_date(db.engine):
            yield "the database has another schema: run `aednet db upgrade`"
            return
        network = load_network(db.session(), settings)
        if is_silent(find_last_beat(db.session(), PROCESS), now=now):
            yield "no worker has been heard of for a minute: start `aednet worker`"
        for circuit in open_circuits(db.session(), now=now):
            yield f"no messages leave by {circuit.route}: the provider said {circuit.reason}"
    except SQLAlchemyError as error:
        yield f"AEDNET_DATABASE_URL: the database cannot be reached ({type(error).__name__})"
        return
    if not network.areas:
        click.echo("note: there are no areas; every point that the projection reaches is accepted")
    click.echo(f"cabinets: {len(network.cabinets)}, areas: {len(network.areas)}")

"""Questions to the network on the command line."""

from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from typing import Any

import click
from flask import jsonify

from aednet.base.clock import parse_instant
from aednet.base.commandline import with_app
from aednet.base.context import current
from aednet.coverage.catchments import Figures
from aednet.coverage.coverage_schemas import coverage_answer
from aednet.coverage.live import current_network
from aednet.coverage.measured import coverage_at
from aednet.coverage.nearest import Mode, NearCabinet, nearest_cabinets
from aednet.coverage.schemas import MOST, nearest_answer
from aednet.geography.points import LatLon


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("lat", type=float)
@click.argument("lon", type=float)
@click.option("--limit", type=click.IntRange(1, MOST), default=3, show_default=True)
@click.option("--at", "at_text", metavar="INSTANT", help="ISO 8601; local without an offset. Default: now.")
@click.option("--mode", type=click.Choice([mode.value for mode in Mode]), default="walk", show_default=True)
@click.option("--include-closed", is_flag=True, help="List closed cabinets after the others.")
@click.option("--json", "as_json", is_flag=True, help="Print what the API answers.")
@with_app
def nearest(
    *, lat: float, lon: float, limit: int, at_text: str | None, mode: str, include_closed: bool, as_json: bool
) -> None:
    """Find the cabinets nearest to LAT LON. In an emergency call 112 first."""
    network = current_network()
    at = current().clock.now() if at_text is None else read_instant(at_text)
    origin = LatLon(lat=lat, lon=lon)
    found = nearest_cabinets(
        network, origin, at=at, limit=limit, mode=Mode(mode), include_closed=include_closed
    )
    if as_json:
        click.echo(as_the_api_has_it(nearest_answer(network, origin, found, at=at)))
        return
    if not found:
        click.echo("No cabinet is known that could be reached at that instant.")
    for near in found:
        click.echo(_line(near))


@click.command()
@click.option("--radius", type=click.FloatRange(1, 10_000), default=500, show_default=True, help="Metres.")
@click.option("--at", "at_text", metavar="INSTANT", help="ISO 8601; local without an offset. Default: now.")
@click.option("--json", "as_json", is_flag=True, help="Print what the API answers.")
@with_app
def coverage(*, radius: float, at_text: str | None, as_json: bool) -> None:
    """Measure how much ground and how many people lie within a straight line of a serving cabinet."""
    if not isfinite(radius):
        raise click.BadParameter("wants a number of metres", param_hint="--radius")
    network = current_network()
    at = current().clock.now() if at_text is None else read_instant(at_text)
    measured = coverage_at(network, at=at, radius_m=radius)
    if as_json:
        answer = coverage_answer(network, measured, at=at, radius_m=radius)
        click.echo(as_the_api_has_it(answer))
        return
    for name, figures in (*sorted(measured.areas.items()), ("total", measured.total)):
        click.echo(_figures_line(name, figures))


def as_the_api_has_it(answer: Mapping[str, Any]) -> str:
    """Return an answer as the API writes it, to the byte."""
    return jsonify(answer).get_data(as_text=True).rstrip("\n")


def read_instant(text: str) -> datetime:
    """Read an instant given on the command line.

    Raises:
        click.BadParameter: it is none.
    """
    try:
        return parse_instant(text, current().settings.zone)
    except (ValueError, OverflowError) as error:
        raise click.BadParameter(f"{text!r} is no ISO 8601 instant, such as 2026-11-24T14:00") from error


def _line(near: NearCabinet) -> str:
    cabinet = near.cabinet
    return (
        f"{cabinet.ref:<12} {near.straight_line_m:>9.1f} m {near.minutes:>5.1f} min  "
        f"{near.open:<7} {near.readiness:<8} {cabinet.name}"
    )


def _figures_line(name: str, figures: Figures) -> str:
    share = "   -" if figures.population_share is None else f"{figures.population_share:4.0%}"
    people = "-" if figures.population is None else str(figures.population)
    return (
        f"{name:<24} {figures.cabinets:>6} serving  {figures.covered_area_km2:>9.3f} of "
        f"{figures.area_km2:>9.3f} km2  {share} of {people} inhabitants"
    )

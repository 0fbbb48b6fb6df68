"""The example cabinets: sites, venues and upkeep put together, the same every day but for their dates."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from random import Random
from typing import Final

from aednet.areas.models import AreaKind
from aednet.cabinets.drafts import CabinetDraft, DeviceDraft
from aednet.demo.cells import Cell
from aednet.demo.spread import Neighbourhood, Site, find_sites, hanging_order
from aednet.demo.upkeep import PLANNED, RETIRED, Condition, days_ago, draw_conditions, draw_device
from aednet.demo.venues import VENUES, Venue

SEED: Final = 36
LISTED: Final = 45  # as many as hang in Hoogeveen
TOWN_NAME: Final = "Hoogeveen"
STREETS: Final = ("Voorbeeldstraat", "Voorbeeldlaan", "Voorbeeldweg", "Voorbeeldhof", "Voorbeeldkade")


@dataclass(frozen=True, slots=True, kw_only=True)
class LastInspection:
    """The last check of a cabinet."""

    inspected_on: date
    passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleCabinet:
    """An invented cabinet with its device; `area` is the slug of the area it hangs in."""

    ref: str
    area: str
    cabinet: CabinetDraft
    device: DeviceDraft
    last_inspection: LastInspection | None


def example_cabinets(
    *, today: date, areas: Sequence[Neighbourhood], cells: Sequence[Cell]
) -> tuple[ExampleCabinet, ...]:
    """Return the 45 listed cabinets, then the planned one and the retired one.

    All follow from a fixed seed; only the dates of devices and inspections move with `today`.
    """
    random = Random(SEED)  # noqa: S311  # lots drawn for an example, no secrets
    order = hanging_order(areas, cells)
    listed = list(islice(order, LISTED))
    sites = find_sites([*listed, next(order), listed[0]], cells, random=random)
    conditions = [*draw_conditions(LISTED, random=random), PLANNED, RETIRED]
    return tuple(
        _cabinet(f"HGV-{number:03d}", site, venue, condition, today=today, random=random)
        for number, (site, venue, condition) in enumerate(
            zip(sites, _venues(sites), conditions, strict=True), start=1
        )
    )


def _venues(sites: Iterable[Site]) -> Iterator[Venue]:
    """Deal out the venues of towns and of villages: the one least seen in the area, then anywhere."""
    in_area: Counter[tuple[str, Venue]] = Counter()
    anywhere: Counter[Venue] = Counter()
    for site in sites:
        slug = site.area.slug
        venue = min(VENUES[site.area.kind], key=lambda card: (in_area[slug, card], anywhere[card]))
        in_area[slug, venue] += 1
        anywhere[venue] += 1
        yield venue


def _cabinet(
    ref: str, site: Site, venue: Venue, condition: Condition, *, today: date, random: Random
) -> ExampleCabinet:
    quarter = _quarter(site)
    town = quarter if site.area.kind is AreaKind.VILLAGE else TOWN_NAME
    address = f"{random.choice(STREETS)} {random.randrange(1, 80)}, {town}"
    code = f"V{random.randrange(1_000, 10_000)}"
    return ExampleCabinet(
        ref=ref,
        area=site.area.slug,
        cabinet=CabinetDraft(
            name=venue.name.format(quarter),
            lat=site.position.lat,
            lon=site.position.lon,
            status=condition.status,
            address=address if venue.has_address else None,
            location=venue.location,
            access=venue.access,
            locked=venue.locked,
            indoor=venue.indoor,
            opening_hours=venue.hours,
            access_code=code if venue.locked else None,
        ),
        device=draw_device(condition, today=today, random=random),
        last_inspection=_last_inspection(condition, today=today),
    )


def _last_inspection(condition: Condition, *, today: date) -> LastInspection | None:
    inspected_on = days_ago(condition.checked_ago, today=today)
    if inspected_on is None:
        return None
    return LastInspection(inspected_on=inspected_on, passed=condition.passed)


def _quarter(site: Site) -> str:
    """Return what people call the place: of a double name the half that the cell goes by."""
    halves = site.area.name.split(" / ")
    return next((half for half in halves if half in site.cell.name), halves[0])

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aednet.base.urgency import NEVER, Spot, begin_of
from aednet.desk.todo.urgency import Band, Kind, Place, page_of_all

BEGINNING = datetime(2026, 11, 24, tzinfo=UTC)
HOURS = st.integers(min_value=0, max_value=72).map(lambda hours: BEGINNING + timedelta(hours=hours))
INSTANTS = HOURS | st.just(NEVER) | st.just(begin_of(date.min))


@dataclass(frozen=True, slots=True)
class Thing:
    place: Place


@dataclass(frozen=True, slots=True)
class Shelf:
    """A source in memory that notes how much is asked of it."""

    kind: Kind
    band: Band
    things: Sequence[Thing]
    asked: list[int]

    def find(self, *, after: Spot | None, limit: int) -> Sequence[Thing]:
        self.asked.append(limit)
        behind = [
            thing
            for thing in self.things
            if after is None or (thing.place.at, thing.place.id) > (after.at, after.id)
        ]
        return behind[:limit]


@st.composite
def shelves(draw: st.DrawFn) -> list[Shelf]:
    names = draw(st.lists(st.tuples(st.sampled_from(Kind), st.sampled_from(Band)), unique=True, max_size=8))
    return [
        Shelf(
            kind,
            band,
            [
                Thing(Place(band=band, at=at, kind=kind, id=number))
                for at, number in sorted(
                    draw(st.lists(st.tuples(INSTANTS, st.integers(0, 4)), unique=True, max_size=12))
                )
            ],
            [],
        )
        for kind, band in names
    ]


def walk(sources: Sequence[Shelf], *, limit: int) -> list[list[Thing]]:
    pages, after = [], None
    while True:
        page = page_of_all(sources, after=after, limit=limit)
        pages.append(list(page.rows))
        after = page.next_after
        if after is None:
            return pages


@given(sources=shelves(), limit=st.integers(1, 7))
def test_the_pages_walked_to_the_end_are_the_sorted_list_of_everything(
    sources: list[Shelf], limit: int
) -> None:
    pages = walk(sources, limit=limit)
    everything = [thing for shelf in sources for thing in shelf.things]
    assert [thing for page in pages for thing in page] == sorted(everything, key=lambda it: it.place.key)
    assert all(len(page) == limit for page in pages[:-1])
    assert all(most <= limit + 1 for shelf in sources for most in shelf.asked)


def test_a_band_that_the_page_does_not_reach_is_not_looked_into() -> None:
    urgent = [Thing(Place(band=Band.OUT, at=NEVER, kind=Kind.CHECK, id=number)) for number in range(3)]
    first, second = Shelf(Kind.CHECK, Band.OUT, urgent, []), Shelf(Kind.GUARDIAN, Band.LOOSE, [], [])
    page = page_of_all([first, second], after=None, limit=2)
    assert (len(page.rows), second.asked) == (2, [])
    page_of_all([first, second], after=Place(band=Band.LOOSE, at=NEVER, kind=Kind.HOURS, id=1), limit=2)
    assert (len(first.asked), len(second.asked)) == (1, 1)


SPOTS = st.builds(Spot, at=st.datetimes(timezones=st.just(UTC)), id=st.integers(0, 3))


@given(spot=SPOTS, day=st.dates(), other=st.integers(0, 3))
@pytest.mark.parametrize("lag", [timedelta(), timedelta(days=3_652)])
def test_a_spot_among_days_has_the_same_things_behind_it(
    spot: Spot, day: date, other: int, lag: timedelta
) -> None:
    near = [spot.at.date() - lag] if spot.at.date() >= date.min + lag else []
    for counted in [day, *near]:
        if counted <= date.max - lag:
            thing = Spot(at=begin_of(counted + lag), id=other)
            assert ((counted, other) > spot.on_day(lag=lag)) == (thing > spot)

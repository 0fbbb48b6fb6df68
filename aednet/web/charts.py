"""Where the shapes of charts lie. Pure: figures in, places in a viewBox out; a template draws them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

WIDTH: Final = 360.0  # about that of a phone, so that text in it is not made small there
HEIGHT: Final = 190.0
LEFT, RIGHT, TOP, BOTTOM = 34.0, 356.0, 18.0, 166.0  # of the ground that figures are drawn on
GAP_SHARE: Final = 0.25  # of a bar's room
STEPS: Final = (1, 2, 4, 6, 8, 10)  # an axis ends at one of these times a power of ten, and halves well


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A mark on an axis and what it says."""

    at: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar of a chart, and what it stands for."""

    x: float
    y: float
    width: float
    height: float
    value: int
    text: str

    @property
    def middle(self) -> float:
        """Where its words stand."""
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class BarChart:
    """Bars beside each other, each with its figure on top and its name beneath."""

    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One of the kinds that are stacked: its name, and the outline of its surface."""

    name: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StackChart:
    """Surfaces on top of each other over time; where nothing is known there is nothing drawn."""

    layers: tuple[Layer, ...]
    levels: tuple[Tick, ...]


def bar_chart(figures: Sequence[tuple[str, int]]) -> BarChart:
    """Return a chart of named figures, none of them below zero, in their order."""
    top = axis_end(max((value for _, value in figures), default=0))
    room = (RIGHT - LEFT) / max(len(figures), 1)
    return BarChart(
        bars=tuple(
            Bar(
                x=LEFT + room * (number + GAP_SHARE / 2),
                y=_level(value, top),
                width=room * (1 - GAP_SHARE),
                height=BOTTOM - _level(value, top),
                value=value,
                text=text,
            )
            for number, (text, value) in enumerate(figures)
        )
    )


def stack_chart(names: Sequence[str], columns: Mapping[int, Sequence[int]], *, count: int) -> StackChart:
    """Return a chart of `count` columns, each a stack of one figure a name, the first at the bottom.

    `columns` holds those that are known, by their place from 0 on; of the others nothing is drawn.
    """
    top = axis_end(max((sum(stack) for stack in columns.values()), default=0))
    edges = {at: [0, *accumulate(stack)] for at, stack in columns.items()}
    layers = tuple(
        Layer(name=name, path=" ".join(_outline(run, edges, number, count, top) for run in _runs(columns)))
        for number, name in enumerate(names)
    )
    levels = (0, top // 2, top) if top % 2 == 0 else (0, top)
    return StackChart(
        layers=layers, levels=tuple(Tick(at=_level(value, top), text=f"{value}") for value in levels)
    )


def place(at: int, *, count: int) -> float:
    """Return where the middle of a column lies."""
    return LEFT + (RIGHT - LEFT) * (at + 0.5) / count


def axis_end(greatest: int) -> int:
    """Return the round number at which an axis ends that has to hold the greatest figure."""
    if greatest <= 0:
        return 1
    power: int = 10 ** (len(str(greatest)) - 1)
    return next(step * power for step in STEPS if step * power >= greatest)


def _level(value: int, top: int) -> float:
    return BOTTOM - (BOTTOM - TOP) * value / top


def _runs(columns: Mapping[int, object]) -> list[list[int]]:
    """Return the places that follow each other, run by run."""
    runs: list[list[int]] = []
    for at in sorted(columns):
        if runs and runs[-1][-1] == at - 1:
            runs[-1].append(at)
        else:
            runs.append([at])
    return runs


def _outline(
    run: Sequence[int], edges: Mapping[int, Sequence[int]], number: int, count: int, top: int
) -> str:
    """Return the way round a layer over a run: along its upper edge and back along the lower one."""
    room = (RIGHT - LEFT) / count
    upper = [
        f"{LEFT + room * side:.1f} {_level(edges[at][number + 1], top):.1f}"
        for at in run
        for side in (at, at + 1)
    ]
    lower = [
        f"{LEFT + room * side:.1f} {_level(edges[at][number], top):.1f}"
        for at in reversed(run)
        for side in (at + 1, at)
    ]
    return f"M{' L'.join(upper + lower)}Z"

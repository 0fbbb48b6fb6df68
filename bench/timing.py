"""Taking times in turn, and showing them beside each other."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from time import perf_counter

ROUNDS = 5
SHORTEST_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One piece of work at one size: our median, a peer's, and what their answers agree on."""

    size: str
    work: str
    ours_s: float
    peer: str
    peer_s: float
    agreement: str = ""

    @property
    def ratio(self) -> float:
        return self.peer_s / self.ours_s


def medians(works: Mapping[str, Callable[[], object]], *, rounds: int = ROUNDS) -> dict[str, float]:
    """Return the median seconds of each; they take turns, so that a busy moment meets all alike.

    Each runs once before, which is not counted; what was done in less than `SHORTEST_S` then is run as
    often as fills that time in each of its turns, and the turn's mean taken.
    """
    repeats = {name: max(1, int(SHORTEST_S / _seconds(work, 1))) for name, work in works.items()}
    turns = [{name: _seconds(work, repeats[name]) for name, work in works.items()} for _ in range(rounds)]
    return {name: median(turn[name] for turn in turns) for name in works}


def table(rows: list[Row]) -> Iterator[str]:
    """Yield the lines of a table; a ratio says how many times sooner ours is."""
    form = "{:<9} {:<34} {:>10} {:<42} {:>10} {:>8}  {}"
    yield form.format("size", "work", "ours", "peer", "peer", "ratio", "agreement")
    for row in rows:
        yield form.format(
            row.size,
            row.work,
            _shown(row.ours_s),
            row.peer,
            _shown(row.peer_s),
            f"{row.ratio:.1f}",
            row.agreement,
        )


def _seconds(work: Callable[[], object], repeats: int) -> float:
    began = perf_counter()
    for _ in range(repeats):
        work()
    return (perf_counter() - began) / repeats


def _shown(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1_000:.2f} ms"

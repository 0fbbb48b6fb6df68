"""Coverage of a network at an instant, worked out once for the same cabinets and radius."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from aednet.coverage.catchments import Coverage, measure_coverage
from aednet.coverage.gaps import Gap, find_gaps
from aednet.coverage.network import Network

KEPT = 200  # answers a snapshot: every hour of the week at one radius, and some

Answer = TypeVar("Answer")
Question = tuple[str, float, bytes]

# Answers go when the snapshot they speak of goes.
_answers: WeakKeyDictionary[Network, dict[Question, Any]] = WeakKeyDictionary()


def coverage_at(network: Network, *, at: datetime, radius_m: float) -> Coverage:
    """Return the coverage by the cabinets that serve `at`, within `radius_m` in a straight line."""
    serving = network.serving_at(at)
    planar = network.index.planar

    def measure() -> Coverage:
        return measure_coverage(
            network.terrain,
            x_m=planar.x_m[serving],
            y_m=planar.y_m[serving],
            areas=[network.cabinets[position].area for position in serving],
            radius_m=radius_m,
        )

    return _remembered(network, ("coverage", radius_m, serving.tobytes()), measure)


def gaps_at(network: Network, *, at: datetime, radius_m: float) -> list[Gap]:
    """Return the inhabited ground that no cabinet serving `at` reaches, most inhabitants first."""
    serving = network.serving_at(at)
    planar = network.index.planar

    def find() -> list[Gap]:
        return find_gaps(network.terrain, x_m=planar.x_m[serving], y_m=planar.y_m[serving], radius_m=radius_m)

    return _remembered(network, ("gaps", radius_m, serving.tobytes()), find)


def _remembered(network: Network, question: Question, work: Callable[[], Answer]) -> Answer:
    """Return the known answer, or work it out. Two threads that ask at once may both work; neither waits."""
    known = _answers.setdefault(network, {})
    answer: Answer | None = known.get(question)
    if answer is None:
        answer = work()
        if len(known) >= KEPT:
            known.clear()
        known[question] = answer
    return answer

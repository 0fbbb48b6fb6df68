"""Coverage of a network at an instant, worked out once for the same cabinets and radius."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from aednet.coverage.catchments import Coverage, measure_coverage
from aednet.coverage.gaps import Gap, find_gaps
from aednet.coverage.network import Network

KEPT = 200  # answers a snapshot: every hour of the week at one radius, and some

Answer = TypeVar("Answer")
Question = tuple[str, float, bytes]

# Answers go when the snapshot they speak of goes.
_answers: WeakKeyDictionary[Network, OrderedDict[Question, Any]] = WeakKeyDictionary()
_working = Lock()


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

    return _remembered(network, ("coverage", radius_m, _digest(serving)), measure)


def gaps_at(network: Network, *, at: datetime, radius_m: float) -> list[Gap]:
    """Return the inhabited ground that no cabinet serving `at` reaches, most inhabitants first."""
    serving = network.serving_at(at)
    planar = network.index.planar

    def find() -> list[Gap]:
        return find_gaps(network.terrain, x_m=planar.x_m[serving], y_m=planar.y_m[serving], radius_m=radius_m)

    return _remembered(network, ("gaps", radius_m, _digest(serving)), find)


def _remembered(network: Network, question: Question, work: Callable[[], Answer]) -> Answer:
    """Return the known answer, or work it out: one at a time, so that many questions take one processor."""
    known = _answers.setdefault(network, OrderedDict())
    answer: Answer | None = known.get(question)
    if answer is None:
        with _working:
            answer = known.get(question)
            if answer is None:
                answer = known[question] = work()
            while len(known) > KEPT:
                known.popitem(last=False)
    return answer


def _digest(serving: NDArray[np.intp]) -> bytes:
    return blake2b(serving.tobytes(), digest_size=16).digest()

"""Decisions about what the network may say of itself. Pure."""

TOTAL = "*"  # the scope of the whole network; no area's slug can be this

LEAST_SHOWN = 10  # below this a figure could point at somebody
LEAST_MOVE = 10  # a smaller change could be one person's coming or going


def responders_to_publish(published: int, actual: int) -> int:
    """Return the figure to show from now on, given the one shown so far (0 where none was).

    It stays until the truth is ten away from it, so that the day on which one person joined, left or moved
    looks like any other; a figure below ten is not shown at all.
    """
    if abs(actual - published) < LEAST_MOVE:
        return published
    return actual if actual >= LEAST_SHOWN else 0


def total_to_publish(published: int, actual: int, *, areas: int) -> int:
    """Return the figure to show for the whole network, whose areas together show `areas`.

    Where fewer than ten people stand between both, the areas' sum is shown: the difference would tell of
    those few, whose area is not shown.
    """
    figure = responders_to_publish(published, actual)
    return areas if 0 < figure - areas < LEAST_SHOWN else figure


def per_thousand(count: int, population: int | None) -> float | None:
    """Return `count` for every thousand inhabitants; None where nobody lives, or nobody knows how many."""
    return count * 1_000 / population if population else None

"""Workers are killed between claim and record: nothing is lost, nobody is texted twice, mutants fail."""

import os

import pytest

from tests.crash.harness import is_caught, run_apart
from tests.crash.mutants import Mutant

KILLS = int(os.environ.get("AEDNET_TEST_KILLS", "25"))


def test_workers_killed_anywhere_lose_nothing_and_text_nobody_twice(database_url: str) -> None:
    found = run_apart([database_url, str(KILLS), "2026"])
    assert found.kills >= KILLS
    assert (found.lost, found.doubled, found.unsettled) == (0, 0, 0)
    assert found.sent > KILLS


@pytest.mark.parametrize("mutant", list(Mutant))
def test_the_harness_finds_what_is_wrong_with_each_mutant(database_url: str, mutant: Mutant) -> None:
    assert is_caught(mutant, database_url=database_url, seed=2026)

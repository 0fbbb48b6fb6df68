"""`make crash KILLS=1000`: kill workers on both databases, and see three mutants fail."""

import argparse
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from tests.cluster import find_programs, start_cluster
from tests.crash.harness import is_caught, kill_workers
from tests.crash.mutants import Mutant

A_RUN = 500  # kills; then the next database, so that no run waits long for its end


def main() -> int:
    """Run it all; 0 if nothing was lost or doubled and every mutant was caught."""
    parser = argparse.ArgumentParser(prog="make crash")
    parser.add_argument("--kills", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31))
    given = parser.parse_args()
    say(f"seed {given.seed}")
    with ExitStack() as stack:
        databases = [stack.enter_context(sqlite_databases())]
        if find_programs() is None:
            say("no PostgreSQL here: SQLite alone")
        else:
            databases.append(stack.enter_context(postgres_databases()))
        kills = lost = doubled = for_a_person = sent = 0
        seed = given.seed
        while kills < given.kills:
            for fresh in databases:
                seed += 1
                more = min(A_RUN, max(0, given.kills - kills))
                if not more:
                    break
                found = kill_workers(more, database_url=next(fresh), seed=seed)
                kills, sent = kills + found.kills, sent + found.sent
                lost, doubled = lost + found.lost + found.unsettled, doubled + found.doubled
                for_a_person += found.for_a_person
                say(
                    f"kills {kills}, sent {sent}, lost {lost}, doubled {doubled}, for a person {for_a_person}"
                )
        caught = 0
        for mutant in Mutant:
            is_found = all(is_caught(mutant, database_url=next(fresh), seed=seed) for fresh in databases)
            say(f"mutant that {mutant}: {'caught' if is_found else 'NOT CAUGHT'}")
            caught += is_found
    say(f"kills {kills}, lost {lost}, doubled {doubled}, mutants caught {caught} of {len(Mutant)}")
    return 0 if not lost and not doubled and caught == len(Mutant) else 1


def say(text: str) -> None:
    """Tell whoever waits."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@contextmanager
def sqlite_databases() -> Iterator[Iterator[str]]:
    """Offer addresses of empty SQLite databases, as many as are wanted."""
    with tempfile.TemporaryDirectory(prefix="aednet-crash-") as folder:
        yield (f"sqlite:///{Path(folder) / f'{number}.sqlite3'}" for number in range(sys.maxsize))


@contextmanager
def postgres_databases() -> Iterator[Iterator[str]]:
    """Offer addresses of empty PostgreSQL databases on a cluster of this run's own."""
    cluster = start_cluster()

    def fresh() -> Iterator[str]:
        for number in range(sys.maxsize):
            with psycopg.connect(cluster.url, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE crash_{number}")
            address = make_url(cluster.url).set(database=f"crash_{number}")
            yield address.render_as_string(hide_password=False)

    try:
        yield fresh()
    finally:
        cluster.stop()


if __name__ == "__main__":
    raise SystemExit(main())

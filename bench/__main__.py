"""`python -m bench`: print how we do beside named peers, at three sizes."""

import argparse
import os
import platform
from importlib.metadata import version

import shapely

from bench import discs, nearest, pairs, planning
from bench.country import SIZES, make_country
from bench.postgis import PostGis, open_postgis
from bench.timing import ROUNDS, Row, table

SUBJECTS = {"nearest": nearest.rows, "pairs": pairs.rows, "discs": discs.rows, "planning": planning.rows}
NOTE = f"""
Medians of {ROUNDS} runs in turns, after one that is not counted, on {os.cpu_count()} processors. A ratio says
how many times sooner ours is; nothing else here carries over to another machine. Making and loading data
is not included. Indexes are built anew in each run, ours and theirs, but where a peer is said to have its
index from before: then both have, and PostGIS's tables are analysed. Our answers are arrays of all
results; PostGIS only counts or adds up, and may use every processor, as its settings are by default.
"""


def main() -> None:
    """Run what was asked for, all of it otherwise."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--size", choices=[size.name for size in SIZES], action="append")
    parser.add_argument("--subject", choices=SUBJECTS, action="append")
    chosen = parser.parse_args()
    with open_postgis() as database:
        postgis = database if isinstance(database, PostGis) else None
        print(_versions(database if isinstance(database, str) else f"PostGIS {database.version}"))
        rows: list[Row] = []
        for size in SIZES:
            if chosen.size and size.name not in chosen.size:
                continue
            country = make_country(size)
            if postgis is not None:
                postgis.load(country)
            print(f"{size.name}: {size.cabinets:,} cabinets, {size.volunteers:,} volunteers ...", flush=True)
            for subject in chosen.subject or SUBJECTS:
                rows.extend(SUBJECTS[subject](country, postgis))
    print(NOTE)
    print(*table(rows), sep="\n")


def _versions(postgis: str) -> str:
    libraries = [
        f"{name} {version(name)}" for name in ("numpy", "scipy", "shapely", "scikit-learn", "geopandas")
    ]
    return ", ".join(
        [f"Python {platform.python_version()}", *libraries, f"GEOS {shapely.geos_version_string}", postgis]
    )


if __name__ == "__main__":
    main()

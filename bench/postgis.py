"""PostGIS as a peer: a database with the same points, indexed and analysed; or why there is none."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from bench.country import Country, Points
from tests.cluster import find_programs, start_cluster

URL = "AEDNET_BENCH_POSTGIS_URL"
SCHEMA = "aednet_bench"
SETTINGS = "SET work_mem = '256MB'; SET jit = off"  # more memory and no compiling: both in its favour

NEAREST = """
    SELECT count(*), sum(near.metres) FROM volunteer, LATERAL (
        SELECT volunteer.place <-> cabinet.place AS metres FROM cabinet
        ORDER BY volunteer.place <-> cabinet.place LIMIT 3) AS near
"""
PAIRS = "SELECT count(*) FROM volunteer JOIN cabinet ON ST_DWithin(volunteer.place, cabinet.place, 1000)"
UNION = "SELECT ST_Area(ST_Union(ST_Buffer(place, 500))) FROM cabinet"


class PostGis:
    """A connection to a schema of our own, and what its queries answer."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self.version = str(self.ask("SELECT PostGIS_Lib_Version()")[0])

    def ask(self, query: str) -> tuple[float, ...]:
        """Return the one row of an answer."""
        row = self._connection.execute(query).fetchone()
        assert row is not None
        return row

    def load(self, country: Country) -> None:
        """Put cabinets and volunteers into tables, in metres, with an index each."""
        for name, points in (("cabinet", country.cabinets), ("volunteer", country.volunteers)):
            self._load(sql.Identifier(name), points)

    def _load(self, table: sql.Identifier, points: Points) -> None:
        with self._connection.cursor() as cursor:
            for statement in (
                "DROP TABLE IF EXISTS {0}",
                "CREATE UNLOGGED TABLE {0} (id int, x float8, y float8, place geometry(Point, 28992))",
            ):
                cursor.execute(sql.SQL(statement).format(table))
            with cursor.copy(sql.SQL("COPY {0} (id, x, y) FROM STDIN").format(table)) as copy:
                for number, (x_m, y_m) in enumerate(points.metres.tolist()):
                    copy.write_row((number, x_m, y_m))
            for statement in (
                "UPDATE {0} SET place = ST_SetSRID(ST_MakePoint(x, y), 28992)",
                "CREATE INDEX ON {0} USING gist (place)",
                "VACUUM (FULL, ANALYZE) {0}",
            ):
                cursor.execute(sql.SQL(statement).format(table))


@contextmanager
def open_postgis() -> Iterator[PostGis | str]:
    """Give a PostGIS to compare with: a named one, or a cluster of this run alone; or why there is none."""
    url = os.environ.get(URL)
    if url is None and find_programs() is None:
        yield f"no PostGIS: PostgreSQL is not installed, and {URL} names none"
        return
    cluster = start_cluster() if url is None else None
    try:
        connection = _connect(cluster.url if cluster else str(url))
        if isinstance(connection, str):
            yield connection
            return
        with connection:
            yield PostGis(connection)
            connection.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
    finally:
        if cluster is not None:
            cluster.stop()


def _connect(url: str) -> psycopg.Connection | str:
    try:
        connection = psycopg.connect(url, autocommit=True)
        connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    except psycopg.Error as error:
        return f"no PostGIS: {str(error).splitlines()[0]}"
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    connection.execute(f"SET search_path = {SCHEMA}, public")
    connection.execute(SETTINGS)
    return connection

"""Bringing a database to the present schema: safe to repeat, to interrupt and to race.

All steps run in one transaction (both databases roll back schema changes), under a lock, so that of two
processes that start together one upgrades and the other finds the work done.
"""

from functools import cache
from importlib import resources

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from aednet.base.database import WRITE

LOCK_NUMBER = 0x61656431  # any constant of ours; PostgreSQL's advisory locks are known by number


def upgrade(engine: Engine) -> None:
    """Bring the database behind `engine` to the newest schema."""
    with engine.connect().execution_options(**{WRITE: True}) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK_NUMBER})
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@cache
def newest_revision() -> str:
    """Return the name of the schema that this version of aednet works with.

    Read once: a process goes on with the schema it was started for, whatever is installed meanwhile.
    """
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    if head is None:
        raise RuntimeError("aednet ships without its migrations")
    return head


def revision_of(engine: Engine) -> str | None:
    """Return the name of the schema that a database has, None without one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def knows(revision: str) -> bool:
    """Tell whether this version of aednet can upgrade from a schema."""
    script = ScriptDirectory.from_config(alembic_config())
    return any(step.revision == revision for step in script.walk_revisions())


def is_up_to_date(engine: Engine) -> bool:
    """Tell whether the database has the schema that this version of aednet works with."""
    return revision_of(engine) == newest_revision()


def alembic_config() -> Config:
    """Return how Alembic finds the steps; whoever runs them adds a connection in a transaction."""
    config = Config()
    config.set_main_option("script_location", str(resources.files("aednet.base") / "migrations"))
    config.set_main_option("path_separator", "os")
    return config

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from apiflask import APIFlask
from sqlalchemy import ForeignKeyConstraint, inspect, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.sql.schema import SchemaItem

from aednet.base import audit
from aednet.base.context import current
from aednet.base.database import Base, db
from aednet.base.migration import is_up_to_date, upgrade
from aednet.base.transactions import transaction

# What becomes of their rows SQLAlchemy cannot read from SQLite; test_upkeep.py sees it happen.
FOREIGN_KEYS_ADDED_LATER = {("cabinet", "guardian_id")}


def is_readable(item: SchemaItem, *_: object) -> bool:
    if not isinstance(item, ForeignKeyConstraint) or db.engine.dialect.name != "sqlite":
        return True
    return (item.table.name, *item.column_keys) not in FOREIGN_KEYS_ADDED_LATER


def test_the_migrations_make_the_tables_that_the_models_describe(app: APIFlask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": is_readable}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_upgrading_twice_changes_nothing(app: APIFlask) -> None:
    upgrade(db.engine)
    assert is_up_to_date(db.engine)


def test_an_upgrade_that_is_interrupted_leaves_nothing_behind(app: APIFlask) -> None:
    make_empty()
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE inspection (x INTEGER)"))  # a later step will stumble here
    with pytest.raises(DatabaseError):
        upgrade(db.engine)
    assert inspect(db.engine).get_table_names() == ["inspection"]
    with db.engine.begin() as connection:
        connection.execute(text("DROP TABLE inspection"))
    upgrade(db.engine)
    assert is_up_to_date(db.engine)


def make_empty() -> None:
    """Remove every table."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        return
    with db.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")  # SQLite takes this pragma outside transactions alone
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        for table in inspect(connection).get_table_names():
            connection.exec_driver_sql(f"DROP TABLE {table}")
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        connection.exec_driver_sql("BEGIN")


@pytest.mark.parametrize("change", ["UPDATE audit_event SET actor = 'nobody'", "DELETE FROM audit_event"])
def test_the_audit_trail_refuses_to_be_changed(app: APIFlask, change: str) -> None:
    with transaction() as session:
        audit.record(session, at=current().clock.now(), actor="system", action="tried", subject="nothing")
    with pytest.raises(DatabaseError, match="append-only"), db.engine.begin() as connection:
        connection.execute(text(change))

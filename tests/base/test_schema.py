import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from apiflask import APIFlask
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError

from aednet.base import audit
from aednet.base.context import current
from aednet.base.database import Base, db
from aednet.base.migration import is_up_to_date, upgrade
from aednet.base.transactions import transaction


def test_the_migrations_make_the_tables_that_the_models_describe(app: APIFlask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_upgrading_twice_changes_nothing(app: APIFlask) -> None:
    upgrade(db.engine)
    assert is_up_to_date(db.engine)


def test_an_upgrade_that_is_interrupted_leaves_nothing_behind(app: APIFlask) -> None:
    with db.engine.begin() as connection:
        for table in ("problem_report", "inspection", "consumable", "device", "cabinet"):
            connection.execute(text(f"DROP TABLE {table}"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))
        connection.execute(text("CREATE TABLE inspection (x INTEGER)"))  # the step will stumble here
    with pytest.raises(DatabaseError):
        upgrade(db.engine)
    assert not inspect(db.engine).has_table("cabinet")
    with db.engine.begin() as connection:
        connection.execute(text("DROP TABLE inspection"))
    upgrade(db.engine)
    assert inspect(db.engine).has_table("cabinet")


@pytest.mark.parametrize("change", ["UPDATE audit_event SET actor = 'nobody'", "DELETE FROM audit_event"])
def test_the_audit_trail_refuses_to_be_changed(app: APIFlask, change: str) -> None:
    with transaction() as session:
        audit.record(session, at=current().clock.now(), actor="system", action="tried", subject="nothing")
    with pytest.raises(DatabaseError, match="append-only"), db.engine.begin() as connection:
        connection.execute(text(change))

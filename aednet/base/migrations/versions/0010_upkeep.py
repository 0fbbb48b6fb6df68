"""What a cabinet's rows come to, kept beside it; the words it is found by; shelf life of consumables."""

import sqlalchemy as sa
from alembic import op

from aednet.base.migrations.steps import belongs_to
from aednet.base.texts import folded

revision = "0010"
down_revision = "0009"

DAYS = (
    "inspected_on",
    "check_due_on",
    "pads_expire_on",
    "child_pads_expire_on",
    "battery_expires_on",
    "device_since_on",
)
LISTED = sa.text("cabinet.status NOT IN ('planned', 'retired')")
WITHOUT_GUARDIAN = sa.text("cabinet.status NOT IN ('planned', 'retired') AND cabinet.guardian_id IS NULL")
STATE_UNKNOWN = sa.text(
    "cabinet.status = 'in_service' AND (cabinet.inspected_on IS NULL OR cabinet.pads_expire_on IS NULL "
    "OR cabinet.battery_expires_on IS NULL)"
)
INDEXES = (
    *(
        (scope, day, "id")
        for scope in ("area_id", "status")
        for day in (
            "check_due_on",
            "pads_expire_on",
            "child_pads_expire_on",
            "battery_expires_on",
            "device_since_on",
        )
    ),
    ("area_id", "ref"),
    ("status", "ref"),
    ("area_id", "fails_on", "id"),
    ("status", "fails_on", "id"),
    ("fails_on", "id"),
    ("guardian_id",),
)
INDEXES_OF_SOME = (
    ("listed", LISTED, ("ref",)),
    ("listed", LISTED, ("check_due_on", "id")),
    ("listed", LISTED, ("fails_on", "id")),
    ("without_guardian", WITHOUT_GUARDIAN, ("ref",)),
    ("without_guardian", WITHOUT_GUARDIAN, ("id",)),
    ("state_unknown", STATE_UNKNOWN, ("ref",)),
    ("state_unknown", STATE_UNKNOWN, ("id",)),
)

FACTS = """UPDATE cabinet SET
    inspected_on = (SELECT inspection.inspected_on FROM inspection
        WHERE inspection.cabinet_id = cabinet.id
        ORDER BY inspection.inspected_on DESC, inspection.id DESC LIMIT 1),
    passed = (SELECT inspection.passed FROM inspection
        WHERE inspection.cabinet_id = cabinet.id
        ORDER BY inspection.inspected_on DESC, inspection.id DESC LIMIT 1),
    pads_expire_on = (SELECT consumable.expires_on
        FROM consumable JOIN device ON device.id = consumable.device_id
        WHERE device.cabinet_id = cabinet.id AND device.removed_on IS NULL
        AND consumable.removed_on IS NULL AND consumable.kind = 'pads_adult'),
    child_pads_expire_on = (SELECT consumable.expires_on
        FROM consumable JOIN device ON device.id = consumable.device_id
        WHERE device.cabinet_id = cabinet.id AND device.removed_on IS NULL
        AND consumable.removed_on IS NULL AND consumable.kind = 'pads_child'),
    battery_expires_on = (SELECT consumable.expires_on
        FROM consumable JOIN device ON device.id = consumable.device_id
        WHERE device.cabinet_id = cabinet.id AND device.removed_on IS NULL
        AND consumable.removed_on IS NULL AND consumable.kind = 'battery'),
    device_since_on = (SELECT device.in_use_since_on FROM device
        WHERE device.cabinet_id = cabinet.id AND device.removed_on IS NULL),
    guardian_id = (SELECT guardianship.volunteer_id FROM guardianship
        WHERE guardianship.cabinet_id = cabinet.id AND guardianship.role = 'guardian'
        AND guardianship.until_on IS NULL)"""
VERDICTS = """UPDATE cabinet SET
    check_due_on = {thirty_days_on},
    fails_on = CASE WHEN status <> 'in_service' OR NOT passed THEN {first}
        WHEN pads_expire_on IS NULL AND battery_expires_on IS NULL THEN {last}
        WHEN battery_expires_on IS NULL OR pads_expire_on <= battery_expires_on THEN {day_after_pads}
        ELSE {day_after_battery} END"""
POSTGRESQL = {
    "first": "DATE '0001-01-01'",
    "last": "DATE '9999-12-31'",
    "thirty_days_on": "inspected_on + 30",
    "day_after_pads": "pads_expire_on + 1",
    "day_after_battery": "battery_expires_on + 1",
}
SQLITE = {
    "first": "'0001-01-01'",
    "last": "'9999-12-31'",
    "thirty_days_on": "date(inspected_on, '+30 days')",
    "day_after_pads": "date(pads_expire_on, '+1 day')",
    "day_after_battery": "date(battery_expires_on, '+1 day')",
}


def upgrade() -> None:
    """Take the step."""
    connection = op.get_bind()
    is_postgresql = connection.dialect.name == "postgresql"
    for day in DAYS:
        op.add_column("cabinet", sa.Column(day, sa.Date(), nullable=True))
    op.add_column("cabinet", sa.Column("passed", sa.Boolean(), nullable=True))
    op.add_column("cabinet", sa.Column("fails_on", sa.Date(), nullable=False, server_default="9999-12-31"))
    op.execute(
        "ALTER TABLE cabinet ADD COLUMN guardian_id INTEGER "
        "CONSTRAINT fk_cabinet_guardian_id REFERENCES volunteer (id) ON DELETE SET NULL"
    )  # as SQLite takes a foreign key afterwards
    op.add_column("consumable", sa.Column("install_before_on", sa.Date(), nullable=True))
    words = op.create_table(
        "cabinet_word",
        sa.Column("word", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("cabinet_id", sa.Integer(), nullable=False),
        belongs_to("cabinet_word", "cabinet"),
        sa.PrimaryKeyConstraint("word", "cabinet_id", name="pk_cabinet_word"),
    )
    op.create_index("ix_cabinet_word_cabinet_id", "cabinet_word", ["cabinet_id"])
    op.execute(FACTS)
    op.execute(VERDICTS.format(**(POSTGRESQL if is_postgresql else SQLITE)))
    _fill_words(connection, words)
    op.drop_index("ix_cabinet_area_id", "cabinet")  # others begin with it
    for columns in INDEXES:
        op.create_index(f"ix_cabinet_{'_'.join(columns)}", "cabinet", list(columns))
    for name, where, columns in INDEXES_OF_SOME:
        op.create_index(
            f"ix_cabinet_{name}_{'_'.join(columns)}",
            "cabinet",
            list(columns),
            sqlite_where=where,
            postgresql_where=where,
        )


def _fill_words(connection: sa.Connection, words: sa.Table) -> None:
    found = [
        {"word": word, "cabinet_id": row.id}
        for row in connection.execute(sa.text("SELECT id, ref, name, address FROM cabinet"))
        for word in sorted(_words(row.ref, row.name, row.address))
    ]
    if found:
        connection.execute(words.insert(), found)


def _words(ref: str, name: str, address: str | None) -> set[str]:
    words = set(folded(f"{ref} {name} {address or ''}").split())
    return words | {word.lstrip("0") for word in folded(ref).split() if word.lstrip("0")}

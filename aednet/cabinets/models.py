"""Tables of the cabinets."""

from datetime import date
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    Double,
    ForeignKey,
    Index,
    TextClause,
    UniqueConstraint,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from aednet.base.audit import InOrderOfCharacters
from aednet.base.database import Base, Day, Id, Instant, choice
from aednet.base.encryption import EncryptedText
from aednet.base.revisions import Counter
from aednet.cabinets.rules import (
    NEVER_FAILS,
    Access,
    ConsumableKind,
    GuardianRole,
    ReportKind,
    Status,
    split_ref,
)

CURRENT = text("removed_on IS NULL")
LOOKS_AFTER_IT = text("until_on IS NULL")
TO_ORDER = text("to_order_on IS NOT NULL")
IS_THE_GUARDIAN = text("role = 'guardian' AND until_on IS NULL")

# Written out, for a database uses an index of some rows only where the question holds its very condition.
LISTED = text("cabinet.status NOT IN ('planned', 'retired')")
IN_SERVICE = text("cabinet.status = 'in_service'")
WITHOUT_GUARDIAN = text("cabinet.status NOT IN ('planned', 'retired') AND cabinet.guardian_id IS NULL")
STATE_UNKNOWN = text(
    "cabinet.status = 'in_service' AND (cabinet.inspected_on IS NULL OR cabinet.pads_expire_on IS NULL "
    "OR cabinet.battery_expires_on IS NULL)"
)
HOURS_UNKNOWN = text("cabinet.status NOT IN ('planned', 'retired') AND cabinet.hours_unknown")
IS_OPEN = text("problem_report.closed_at IS NULL")
IS_CLOSED = text("problem_report.closed_at IS NOT NULL")


def _prefix(context: Any) -> str | None:
    return split_ref(context.get_current_parameters()["ref"])[0]


def _number(context: Any) -> int | None:
    return split_ref(context.get_current_parameters()["ref"])[1]


def _some(name: str, *columns: str, where: TextClause) -> Index:
    """Return an index of those cabinets that fit a condition."""
    return Index(f"ix_cabinet_{name}", *columns, sqlite_where=where, postgresql_where=where)


class Cabinet(Base):
    """The housing at a place.

    The columns from `inspected_on` on follow from other rows, see `upkeep`. They are here so that lists
    are filtered and sorted by an index: over the whole network one that begins with the status or holds
    some cabinets only, and within areas, which are bounded, one that begins with the area.
    """

    __tablename__ = "cabinet"
    __table_args__ = (
        CheckConstraint("lat BETWEEN -90 AND 90", name="lat_in_range"),
        CheckConstraint("lon BETWEEN -180 AND 180", name="lon_in_range"),
        UniqueConstraint("source", "source_key"),
        Index(None, "lat", "lon"),
        Index(None, "ref_prefix", "ref_number"),
        Index(None, "matching_name", "lat", "lon"),
        Index(None, "area_id", "ref"),
        Index(None, "area_id", "check_due_on", "id"),
        Index(None, "area_id", "fails_on", "id"),
        Index(None, "area_id", "pads_expire_on", "id"),
        Index(None, "area_id", "child_pads_expire_on", "id"),
        Index(None, "area_id", "battery_expires_on", "id"),
        Index(None, "area_id", "device_since_on", "id"),
        Index(None, "status", "ref"),
        Index(None, "status", "check_due_on", "id"),
        Index(None, "status", "fails_on", "id"),
        Index(None, "status", "pads_expire_on", "id"),
        Index(None, "status", "child_pads_expire_on", "id"),
        Index(None, "status", "battery_expires_on", "id"),
        Index(None, "status", "device_since_on", "id"),
        Index(None, "fails_on", "id"),
        _some("listed_ref", "ref", where=LISTED),
        _some("listed_check_due_on_id", "check_due_on", "id", where=LISTED),
        _some("listed_fails_on_id", "fails_on", "id", where=LISTED),
        _some("without_guardian_ref", "ref", where=WITHOUT_GUARDIAN),
        _some("without_guardian_id", "id", where=WITHOUT_GUARDIAN),
        _some("state_unknown_ref", "ref", where=STATE_UNKNOWN),
        _some("state_unknown_id", "id", where=STATE_UNKNOWN),
        _some("hours_unknown_id", "id", where=HOURS_UNKNOWN),
    )
    __revision__: ClassVar[Counter] = Counter.NETWORK

    id: Mapped[Id]
    ref: Mapped[str] = mapped_column(unique=True)
    ref_prefix: Mapped[str | None] = mapped_column(default=_prefix)  # of a reference that ends with a number
    ref_number: Mapped[int | None] = mapped_column(BigInteger, default=_number)
    name: Mapped[str]
    matching_name: Mapped[str]  # folded, to know the same cabinet in a file again
    status: Mapped[Status] = mapped_column(choice(Status))
    lat: Mapped[float] = mapped_column(Double)
    lon: Mapped[float] = mapped_column(Double)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id", ondelete="SET NULL"))
    address: Mapped[str | None]
    location: Mapped[str | None]  # where exactly: beside the entrance, second floor
    access: Mapped[Access | None] = mapped_column(choice(Access))
    locked: Mapped[bool | None]
    indoor: Mapped[bool | None]
    opening_hours: Mapped[str | None]  # OSM syntax where that is certain, else as it was written
    hours_unknown: Mapped[bool] = mapped_column(default=True, server_default=true())
    access_code: Mapped[str | None] = mapped_column(EncryptedText("cabinet.access_code"))
    source: Mapped[str | None]  # the file or register that knows it as `source_key`
    source_key: Mapped[str | None]
    is_example: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Instant]
    updated_at: Mapped[Instant]

    inspected_on: Mapped[Day | None]
    passed: Mapped[bool | None]  # of the last inspection
    check_due_on: Mapped[Day | None]
    pads_expire_on: Mapped[Day | None]
    child_pads_expire_on: Mapped[Day | None]
    battery_expires_on: Mapped[Day | None]
    device_since_on: Mapped[Day | None]
    fails_on: Mapped[date] = mapped_column(Date, default=NEVER_FAILS, server_default=str(NEVER_FAILS))
    guardian_id: Mapped[int | None] = mapped_column(
        ForeignKey("volunteer.id", ondelete="SET NULL"), index=True
    )


class CabinetWord(Base):
    """A word by whose beginning a cabinet is found: of its reference, its name or its address."""

    __tablename__ = "cabinet_word"

    word: Mapped[str] = mapped_column(InOrderOfCharacters, primary_key=True)
    cabinet_id: Mapped[int] = mapped_column(
        ForeignKey("cabinet.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Device(Base):
    """The apparatus in a cabinet; `removed_on` is set when another takes its place."""

    __tablename__ = "device"
    __table_args__ = (
        Index(None, "cabinet_id"),
        Index(
            "uq_device_current_cabinet_id",
            "cabinet_id",
            unique=True,
            sqlite_where=CURRENT,
            postgresql_where=CURRENT,
        ),
    )
    __revision__: ClassVar[Counter] = Counter.NETWORK

    id: Mapped[Id]
    cabinet_id: Mapped[int] = mapped_column(ForeignKey("cabinet.id", ondelete="CASCADE"))
    manufacturer: Mapped[str | None]
    model: Mapped[str | None]
    serial_number: Mapped[str | None]
    in_use_since_on: Mapped[Day | None]
    removed_on: Mapped[Day | None]


class Consumable(Base):
    """Pads or a battery in a device; `removed_on` is set when others take their place.

    `to_order_on` is the day they lapse as long as new ones are to be ordered, see `upkeep`.
    """

    __tablename__ = "consumable"
    __table_args__ = (
        Index(None, "device_id"),
        Index(
            "uq_consumable_current_device_id_kind",
            "device_id",
            "kind",
            unique=True,
            sqlite_where=CURRENT,
            postgresql_where=CURRENT,
        ),
        Index(
            "ix_consumable_to_order_kind_to_order_on_id",
            "kind",
            "to_order_on",
            "id",
            sqlite_where=TO_ORDER,
            postgresql_where=TO_ORDER,
        ),
    )
    __revision__: ClassVar[Counter] = Counter.NETWORK

    id: Mapped[Id]
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id", ondelete="CASCADE"))
    kind: Mapped[ConsumableKind] = mapped_column(choice(ConsumableKind))
    expires_on: Mapped[Day | None]
    installed_on: Mapped[Day | None]  # installed life counts from here
    install_before_on: Mapped[Day | None]  # how long it keeps on the shelf, which is not how long it lasts
    removed_on: Mapped[Day | None]
    to_order_on: Mapped[Day | None]


class Inspection(Base):
    """A logged check of a cabinet; the note may name people."""

    __tablename__ = "inspection"
    __table_args__ = (Index(None, "cabinet_id", "inspected_on", "id"),)
    __revision__: ClassVar[Counter] = Counter.NETWORK

    id: Mapped[Id]
    cabinet_id: Mapped[int] = mapped_column(ForeignKey("cabinet.id", ondelete="CASCADE"))
    inspected_on: Mapped[Day]
    passed: Mapped[bool]
    note: Mapped[str | None] = mapped_column(EncryptedText("inspection.note"))
    recorded_at: Mapped[Instant]
    recorded_by: Mapped[str | None]  # as the audit trail names them; not known of lists and examples


class ProblemReport(Base):
    """What somebody who stood before a cabinet says is wrong with it; the text may name people."""

    __tablename__ = "problem_report"
    __table_args__ = (
        Index(None, "cabinet_id", "reported_at"),
        Index(
            "ix_problem_report_open_reported_at_id",
            "reported_at",
            "id",
            sqlite_where=IS_OPEN,
            postgresql_where=IS_OPEN,
        ),
        Index("ix_problem_report_open_id", "id", sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
        Index("ix_problem_report_closed_id", "id", sqlite_where=IS_CLOSED, postgresql_where=IS_CLOSED),
        Index(
            "ix_problem_report_open_cabinet_id", "cabinet_id", sqlite_where=IS_OPEN, postgresql_where=IS_OPEN
        ),
    )

    id: Mapped[Id]
    cabinet_id: Mapped[int] = mapped_column(ForeignKey("cabinet.id", ondelete="CASCADE"))
    kind: Mapped[ReportKind] = mapped_column(choice(ReportKind))
    text: Mapped[str] = mapped_column(EncryptedText("problem_report.text"))
    reported_at: Mapped[Instant]
    closed_at: Mapped[Instant | None]
    closed_by: Mapped[str | None]  # as the audit trail names them


class Guardianship(Base):
    """A volunteer who looks after a cabinet; `until_on` is set on the day they stop."""

    __tablename__ = "guardianship"
    __table_args__ = (
        Index(
            "uq_guardianship_current_guardian_cabinet_id",
            "cabinet_id",
            unique=True,
            sqlite_where=IS_THE_GUARDIAN,
            postgresql_where=IS_THE_GUARDIAN,
        ),
        Index(
            "uq_guardianship_current_cabinet_id_volunteer_id",
            "cabinet_id",
            "volunteer_id",
            unique=True,
            sqlite_where=LOOKS_AFTER_IT,
            postgresql_where=LOOKS_AFTER_IT,
        ),
        Index(None, "cabinet_id", "since_on"),
    )

    id: Mapped[Id]
    cabinet_id: Mapped[int] = mapped_column(ForeignKey("cabinet.id", ondelete="CASCADE"))
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id", ondelete="CASCADE"), index=True)
    role: Mapped[GuardianRole] = mapped_column(choice(GuardianRole))
    since_on: Mapped[Day]
    until_on: Mapped[Day | None]

"""Tables of the cabinets."""

from typing import ClassVar

from sqlalchemy import CheckConstraint, Double, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from aednet.base.database import Base, Day, Id, Instant, choice
from aednet.base.encryption import EncryptedText
from aednet.base.revisions import Counter
from aednet.cabinets.rules import Access, ConsumableKind, GuardianRole, ReportKind, Status

CURRENT = text("removed_on IS NULL")
LOOKS_AFTER_IT = text("until_on IS NULL")
IS_THE_GUARDIAN = text("role = 'guardian' AND until_on IS NULL")


class Cabinet(Base):
    """The housing at a place."""

    __tablename__ = "cabinet"
    __table_args__ = (
        CheckConstraint("lat BETWEEN -90 AND 90", name="lat_in_range"),
        CheckConstraint("lon BETWEEN -180 AND 180", name="lon_in_range"),
        UniqueConstraint("source", "source_key"),
        Index(None, "lat", "lon"),
        Index(None, "matching_name", "lat", "lon"),
    )
    __revision__: ClassVar[Counter] = Counter.NETWORK

    id: Mapped[Id]
    ref: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    matching_name: Mapped[str]  # folded, to know the same cabinet in a file again
    status: Mapped[Status] = mapped_column(choice(Status))
    lat: Mapped[float] = mapped_column(Double)
    lon: Mapped[float] = mapped_column(Double)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id", ondelete="SET NULL"), index=True)
    address: Mapped[str | None]
    location: Mapped[str | None]  # where exactly: beside the entrance, second floor
    access: Mapped[Access | None] = mapped_column(choice(Access))
    locked: Mapped[bool | None]
    indoor: Mapped[bool | None]
    opening_hours: Mapped[str | None]  # OSM syntax where that is certain, else as it was written
    access_code: Mapped[str | None] = mapped_column(EncryptedText("cabinet.access_code"))
    source: Mapped[str | None]  # the file or register that knows it as `source_key`
    source_key: Mapped[str | None]
    is_example: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Instant]
    updated_at: Mapped[Instant]


class Device(Base):
    """The apparatus in a cabinet; `removed_on` is set when another takes its place."""

    __tablename__ = "device"
    __table_args__ = (
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
    """Pads or a battery in a device; `removed_on` is set when others take their place."""

    __tablename__ = "consumable"
    __table_args__ = (
        Index(
            "uq_consumable_current_device_id_kind",
            "device_id",
            "kind",
            unique=True,
            sqlite_where=CURRENT,
            postgresql_where=CURRENT,
        ),
    )
    __revision__: ClassVar[Counter] = Counter.NETWORK

    id: Mapped[Id]
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id", ondelete="CASCADE"))
    kind: Mapped[ConsumableKind] = mapped_column(choice(ConsumableKind))
    expires_on: Mapped[Day | None]
    installed_on: Mapped[Day | None]  # installed life counts from here
    removed_on: Mapped[Day | None]


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
    __table_args__ = (Index(None, "cabinet_id", "reported_at"),)

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
    )

    id: Mapped[Id]
    cabinet_id: Mapped[int] = mapped_column(ForeignKey("cabinet.id", ondelete="CASCADE"))
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id", ondelete="CASCADE"), index=True)
    role: Mapped[GuardianRole] = mapped_column(choice(GuardianRole))
    since_on: Mapped[Day]
    until_on: Mapped[Day | None]

"""Tables of the courses that volunteers took, and of the training days on which they take them."""

from sqlalchemy import CheckConstraint, Double, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aednet.base.database import Base, Day, Id, Instant, choice
from aednet.volunteers.training.rules import BookingState, TrainingState


class Training(Base):
    """A training day: where, when, and for how many. The area is that of its place."""

    __tablename__ = "training"
    __table_args__ = (
        CheckConstraint("lat BETWEEN -90 AND 90", name="lat_in_range"),
        CheckConstraint("lon BETWEEN -180 AND 180", name="lon_in_range"),
        CheckConstraint("seats > 0", name="has_seats"),
        Index(None, "begins_at", "id"),
        Index(None, "area_id", "begins_at", "id"),
    )

    id: Mapped[Id]
    place: Mapped[str]
    lat: Mapped[float] = mapped_column(Double)
    lon: Mapped[float] = mapped_column(Double)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id", ondelete="SET NULL"))
    begins_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    seats: Mapped[int]
    trainer: Mapped[str | None]
    state: Mapped[TrainingState] = mapped_column(choice(TrainingState))
    created_at: Mapped[Instant]
    updated_at: Mapped[Instant]


class TrainingBooking(Base):
    """Where a volunteer stands with a training day; `waiting_since` orders those who wait."""

    __tablename__ = "training_booking"
    __table_args__ = (UniqueConstraint("training_id", "volunteer_id"),)

    id: Mapped[Id]
    training_id: Mapped[int] = mapped_column(ForeignKey("training.id", ondelete="CASCADE"))
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id", ondelete="CASCADE"), index=True)
    state: Mapped[BookingState] = mapped_column(choice(BookingState))
    waiting_since: Mapped[Instant | None]
    changed_at: Mapped[Instant]


class Course(Base):
    """One statement that a volunteer took a course; the last one of a volunteer is what counts.

    Only an attendance that is taken back takes its statement back with it.
    """

    __tablename__ = "course"
    __table_args__ = (Index(None, "volunteer_id", "id"),)

    id: Mapped[Id]
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id", ondelete="CASCADE"))
    course_on: Mapped[Day]
    training_id: Mapped[int | None] = mapped_column(
        ForeignKey("training.id", ondelete="SET NULL"), index=True
    )
    recorded_at: Mapped[Instant]
    recorded_by: Mapped[str]  # as the audit trail names them

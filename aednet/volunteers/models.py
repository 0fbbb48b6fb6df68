"""Tables of the volunteers. Who they are and where they live, the database sees only encrypted."""

from struct import Struct
from typing import ClassVar

from sqlalchemy import Dialect, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from aednet.base.context import current
from aednet.base.database import Base, Day, Id, Instant, choice
from aednet.base.encryption import EncryptedText
from aednet.base.revisions import Counter
from aednet.geography.points import LatLon
from aednet.volunteers.rules import ConsentKind, ConsentWay, Language, Status, TravelMode

DEGREES = Struct("<dd")  # latitude and longitude, no digit lost
MAY_BE_CALLED = text("volunteer.responds AND volunteer.status IN ('new', 'active')")

# The last columns of an index that keeps a list in order: so much of a row is known without looking at it.
ROLES = ("responds", "fetches", "guards")


class EncryptedPosition(TypeDecorator[LatLon]):
    """A position that the database sees only encrypted."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column

    def process_bind_param(self, value: LatLon | None, dialect: Dialect) -> bytes | None:
        """Encrypt on the way in."""
        if value is None:
            return None
        return current().keyring.seal(DEGREES.pack(value.lat, value.lon), column=self.column)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> LatLon | None:
        """Decrypt on the way out."""
        if value is None:
            return None
        lat, lon = DEGREES.unpack(current().keyring.unseal(value, column=self.column))
        return LatLon(lat=lat, lon=lon)


class Volunteer(Base):
    """Somebody who will help, found by keyed hashes of number, address and the words of the name.

    Whoever is erased leaves a number that is never given to anybody else.
    """

    __tablename__ = "volunteer"
    __table_args__ = (
        Index("ix_volunteer_of_area", "area_id", "id", "status", *ROLES),
        Index("ix_volunteer_of_area_by_lapse", "area_id", "certificate_lapses_on", "id", "status", *ROLES),
        Index("ix_volunteer_of_status", "status", "id", *ROLES),
        Index("ix_volunteer_of_status_by_lapse", "status", "certificate_lapses_on", "id", *ROLES),
        Index("ix_volunteer_by_lapse", "certificate_lapses_on", "id", "status", *ROLES),
        Index(
            "ix_volunteer_called_area_id_certificate_lapses_on",
            "area_id",
            "certificate_lapses_on",
            sqlite_where=MAY_BE_CALLED,
            postgresql_where=MAY_BE_CALLED,
        ),
        {"sqlite_autoincrement": True},
    )
    __revision__: ClassVar[Counter] = Counter.VOLUNTEERS

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(EncryptedText("volunteer.name"))
    phone: Mapped[str] = mapped_column(EncryptedText("volunteer.phone"))  # E.164
    phone_hash: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    email: Mapped[str | None] = mapped_column(EncryptedText("volunteer.email"))
    email_hash: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    note: Mapped[str | None] = mapped_column(EncryptedText("volunteer.note"))
    home: Mapped[LatLon] = mapped_column(EncryptedPosition("volunteer.home"))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id", ondelete="SET NULL"))
    responds: Mapped[bool]  # is willing to; whether a certificate counts is worked out for the day
    fetches: Mapped[bool]
    guards: Mapped[bool]
    course_on: Mapped[Day | None]
    certificate_lapses_on: Mapped[Day | None]
    available: Mapped[str | None]  # the week in OSM's opening_hours
    travel_mode: Mapped[TravelMode] = mapped_column(choice(TravelMode))
    language: Mapped[Language] = mapped_column(choice(Language))
    consent_version: Mapped[str]
    consented_at: Mapped[Instant]
    status: Mapped[Status] = mapped_column(choice(Status))
    is_example: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Instant]
    updated_at: Mapped[Instant]


class VolunteerNameWord(Base):
    """One word of a volunteer's name, by which they are found."""

    __tablename__ = "volunteer_name_word"
    __table_args__ = (Index(None, "word_hash", "volunteer_id"),)

    volunteer_id: Mapped[int] = mapped_column(
        ForeignKey("volunteer.id", ondelete="CASCADE"), primary_key=True
    )
    word_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)


class ConsentEvent(Base):
    """What somebody said about the keeping of their data; append-only, the database itself refuses changes.

    It outlives the volunteer as proof, so `volunteer_id` is a number and no foreign key.
    """

    __tablename__ = "consent_event"
    __table_args__ = (Index(None, "volunteer_id", "at"),)

    id: Mapped[Id]
    volunteer_id: Mapped[int]
    version: Mapped[str]
    kind: Mapped[ConsentKind] = mapped_column(choice(ConsentKind))
    way: Mapped[ConsentWay] = mapped_column(choice(ConsentWay))
    at: Mapped[Instant]

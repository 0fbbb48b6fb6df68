"""Settings: read from the environment once, frozen, each with its meaning.

Every setting is the upper-case name of a field behind `AEDNET_`. An unknown `AEDNET_` variable is not an
error here (another program may use it); `aednet doctor` points at it.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic.fields import FieldInfo

PREFIX = "AEDNET_"
SECRET_FIELDS = frozenset({"secret_keys", "database_url", "twilio_auth_token"})
KEY_BYTES = 32
SQLITE_FILE = "aednet.sqlite3"


class InvalidSettings(Exception):
    """One or more settings cannot be used; the message names each with what is wrong."""


class Settings(BaseModel):
    """What the owner of a network can choose. Defaults suit the municipality of Hoogeveen."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    instance: Path = Field(Path("instance"), description="Folder of the database and the keys")
    database_url: str = Field(
        "", repr=False, description="SQLAlchemy address of the database; empty means SQLite in the instance"
    )
    secret_keys: tuple[str, ...] = Field(
        (), repr=False, description="Comma-separated 32-byte keys in URL-safe base64, newest first"
    )
    public_base_url: str = Field(
        "http://127.0.0.1:8000", description="Address at which the public reaches the service"
    )
    timezone: str = Field("Europe/Amsterdam", description="Time zone in which days are counted")
    language: str = Field("nl", pattern="^nl$", description="Language of pages; only Dutch yet")
    country: str = Field(
        "NL", pattern="^[A-Z]{2}$", description="Country (ISO 3166) of holidays and phone numbers"
    )
    projection: str = Field(
        "EPSG:28992", description="Metric projection in which distances and areas are computed"
    )
    extent: Annotated[tuple[float, float, float, float], Field()] | None = Field(
        None, description="w,s,e,n in degrees; points outside are refused"
    )
    ref_prefix: str = Field(
        "HGV", pattern="^[A-Z0-9]{1,10}$", description="What references of new cabinets begin with"
    )
    tiles_url: str = Field("", description="Address of map tiles with {z}, {x} and {y}; may be empty")
    tiles_credit: str = Field("", description="Credit that the tiles ask for")
    sms: Literal["console", "twilio"] = Field(
        "console", description="Who sends text messages: `console` (nobody: they are kept) or `twilio`"
    )
    twilio_account_sid: str = Field("", pattern="^(AC[0-9a-f]{32})?$", description="Account at Twilio")
    twilio_auth_token: str = Field("", repr=False, description="Secret of that account")
    twilio_sender: str = Field(
        "", description="Number in E.164 or messaging service (MG...) that messages come from"
    )
    twilio_api_url: str = Field("https://api.twilio.com", description="Address of Twilio's API")
    sms_hours: str = Field("09:00-20:00", description="Local hours between which reminders are sent")
    sms_countries: tuple[str, ...] = Field(
        ("NL", "BE", "DE"), description="Comma-separated countries (ISO 3166) whose numbers are texted"
    )
    sms_budget_eur_month: int = Field(100, ge=0, le=1_000_000, description="What a month's messages may cost")
    sms_price_eur_cents: int = Field(
        15, ge=1, le=1_000, description="The most that one segment of a message costs, in euro cents"
    )
    sms_lease_s: float = Field(
        90, gt=0, le=3_600, description="Seconds after which a message that a worker took up is in doubt"
    )
    sms_first_check_s: float = Field(
        120, gt=0, le=86_400, description="Seconds before the provider is asked after a message in doubt"
    )
    sms_second_check_s: float = Field(
        900, gt=0, le=86_400, description="Seconds before it is asked again after one that it did not know"
    )
    demo: bool = Field(
        False, description="Set by `aednet demo`: no limit on public reads, telephones, a clock to move"
    )

    @field_validator("secret_keys", mode="before")
    @classmethod
    def _split_keys(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("secret_keys")
    @classmethod
    def _check_keys(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for position, key in enumerate(value, start=1):
            try:
                decoded = base64.urlsafe_b64decode(key)
            except (binascii.Error, ValueError):
                decoded = b""
            if len(decoded) != KEY_BYTES:
                raise ValueError(f"key {position} is not {KEY_BYTES} bytes in URL-safe base64")
        return value

    @field_validator("extent", mode="before")
    @classmethod
    def _split_extent(cls, value: object) -> object:
        if isinstance(value, str):
            corners = tuple(value.split(","))
            if value.strip() and len(corners) != len(("west", "south", "east", "north")):
                raise ValueError("wants four numbers: west,south,east,north in degrees")
            return corners if value.strip() else None
        return value

    @field_validator("extent")
    @classmethod
    def _check_extent(
        cls, value: tuple[float, float, float, float] | None
    ) -> tuple[float, float, float, float] | None:
        if value is not None:
            west, south, east, north = value
            if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):  # noqa: PLR2004 degrees
                raise ValueError("wants west,south,east,north in degrees, smaller before larger")
        return value

    @field_validator("timezone")
    @classmethod
    def _check_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError("is not a time zone, such as Europe/Amsterdam") from error
        return value

    @field_validator("public_base_url")
    @classmethod
    def _check_base_url(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("wants an address that begins with http:// or https://")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _check_database(cls, value: str) -> str:
        if value and not value.startswith(
            ("sqlite:///", "postgresql://", "postgresql+psycopg://", "postgres://")
        ):
            raise ValueError("wants postgresql://user@host/name, or nothing for SQLite in the instance")
        return value

    @field_validator("twilio_api_url")
    @classmethod
    def _check_api_url(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("wants an address that begins with http:// or https://")
        return value.rstrip("/")

    @field_validator("sms_countries", mode="before")
    @classmethod
    def _split_countries(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip().upper() for part in value.split(",") if part.strip())
        return value

    @field_validator("tiles_url")
    @classmethod
    def _check_tiles(cls, value: str) -> str:
        if value and not (
            value.startswith(("http://", "https://")) and all(f"{{{axis}}}" in value for axis in "xyz")
        ):
            raise ValueError("wants an http(s) address with {z}, {x} and {y}")
        return value

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Read all settings from `environ`.

        Raises:
            InvalidSettings: a value cannot be used; all such values are named at once.
        """
        try:
            return cls.model_validate(_given(environ))
        except ValidationError as error:
            complaints = (
                f"{_variable(str(entry['loc'][0]))}: {_plain(entry['msg'])}" for entry in error.errors()
            )
            raise InvalidSettings("; ".join(complaints)) from None

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the network counts its days."""
        return ZoneInfo(self.timezone)

    @property
    def database_address(self) -> str:
        """The database's address, SQLite in the instance folder where none was chosen."""
        if not self.database_url:
            return f"sqlite:///{(self.instance / SQLITE_FILE).absolute()}"
        for scheme in ("postgresql://", "postgres://"):
            if self.database_url.startswith(scheme):
                return "postgresql+psycopg://" + self.database_url.removeprefix(scheme)
        return self.database_url


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingReport:
    """What `aednet doctor` says about one setting; secrets are never shown."""

    variable: str
    value: str
    source: str
    meaning: str
    complaint: str | None


def report_settings(environ: Mapping[str, str]) -> list[SettingReport]:
    """List each setting with its value, where it comes from and what is wrong with it."""
    given = _given(environ)
    complaints: dict[str, str] = {}
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        complaints = {str(entry["loc"][0]): _plain(entry["msg"]) for entry in error.errors()}
        settings = Settings.model_validate({k: v for k, v in given.items() if k not in complaints})
    reports = [
        _report(name, field, settings, given, complaints) for name, field in Settings.model_fields.items()
    ]
    known = {report.variable for report in reports}
    reports += [
        SettingReport(
            variable=name,
            value="…",
            source="environment",
            meaning="",
            complaint="is not a setting of aednet",
        )
        for name in sorted(environ)
        if name.startswith(PREFIX) and name not in known and not name.startswith(OTHER_PROGRAMS)
    ]
    return reports


# Variables of the test suite and of `aednet demo`, which the service itself does not read.
OTHER_PROGRAMS = ("AEDNET_TEST_", "AEDNET_DEMO_PASSWORD")


def _report(
    name: str,
    field: FieldInfo,
    settings: Settings,
    given: Mapping[str, str],
    complaints: Mapping[str, str],
) -> SettingReport:
    value = getattr(settings, name)
    if name in complaints:
        shown = given[name] if name not in SECRET_FIELDS else "(hidden)"
    elif name in SECRET_FIELDS:
        shown = "(hidden)" if value else "(none)"
    elif isinstance(value, tuple):
        shown = ",".join(map(str, value)) or "(none)"
    else:
        shown = str(value) if value not in ("", None) else "(none)"
    return SettingReport(
        variable=_variable(name),
        value=shown,
        source="environment" if name in given else "default",
        meaning=field.description or "",
        complaint=complaints.get(name),
    )


def _given(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: environ[_variable(name)] for name in Settings.model_fields if _variable(name) in environ}


def _variable(name: str) -> str:
    return PREFIX + name.upper()


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ")

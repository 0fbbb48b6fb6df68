"""On which terms messages are sent: what the settings say, as the rules need it."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, Self

from aednet.base.clock import local_day
from aednet.config import Settings
from aednet.messaging.rules import MessageClass
from aednet.messaging.sending_hours import SendingHours

CONSOLE: Final = "console"
SERVICE_PREFIX: Final = "MG"  # of the id of a messaging service at Twilio
ONE_REMINDER_IN: Final = timedelta(hours=20)  # so that the same hour on the next day is free again
CAP_COUNTS_FOR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How many messages go at once in an hour: to one number, and in all."""

    a_number: int = 5
    in_all: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Whom, when and for how much; and how long to wait before something counts as lost."""

    gateway: str
    hours: SendingHours
    countries: frozenset[str]
    price_cents: int
    budget_cents: int
    lease: timedelta
    first_check: timedelta
    second_check: timedelta
    caps: Caps = field(default_factory=Caps)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Read the terms from the settings."""
        return cls(
            gateway=settings.sms,
            hours=SendingHours.parse(settings.sms_hours, settings.zone),
            countries=frozenset(settings.sms_countries),
            price_cents=settings.sms_price_eur_cents,
            budget_cents=settings.sms_budget_eur_month * 100,
            lease=timedelta(seconds=settings.sms_lease_s),
            first_check=timedelta(seconds=settings.sms_first_check_s),
            second_check=timedelta(seconds=settings.sms_second_check_s),
        )

    def month_of(self, now: datetime) -> date:
        """Return the first day of the month whose budget pays for a message sent now."""
        return local_day(now, self.hours.zone).replace(day=1)

    def gateway_for(self, *, is_example: bool) -> str:
        """Return which gateway sends: what is invented never reaches a real provider."""
        return CONSOLE if is_example else self.gateway

    def cost_cents(self, segments: int, gateway: str) -> int:
        """Return the most that a message costs; the console is free."""
        return 0 if gateway == CONSOLE else segments * self.price_cents


def route_of(gateway: str, country: str) -> str:
    """Return the name of the route by which a gateway reaches a country."""
    return f"{gateway}:{country}"


def is_reminder(message_class: MessageClass) -> bool:
    """Tell whether a message keeps to the hours and to its turn."""
    return message_class is MessageClass.REMINDER

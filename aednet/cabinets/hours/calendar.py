"""The calendar that this network's opening hours are written in."""

from aednet.cabinets.hours.openness import LocalCalendar
from aednet.config import Settings


def calendar_of(settings: Settings) -> LocalCalendar:
    """Return the network's time zone and public holidays.

    Raises:
        ValueError: no holidays are known for the country.
    """
    return LocalCalendar(timezone=settings.timezone, country=settings.country)

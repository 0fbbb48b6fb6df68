"""When something of a cabinet is to be done: how far ahead its dates are looked at. Pure."""

from datetime import date, timedelta

LAPSE_IN_SIGHT = timedelta(days=60)  # pads and batteries: long enough to order new ones
DEVICE_IN_SIGHT = timedelta(days=180)  # a new one wants money found


def out_of_sight(today: date) -> date:
    """Return the first day on which pads and batteries may lapse without being spoken of `today`."""
    return today + LAPSE_IN_SIGHT + timedelta(days=1)

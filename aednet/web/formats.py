"""Figures, days and times as people read them, in the language of the page."""

from datetime import date, datetime, timedelta

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from flask import Flask
from flask_babel import get_locale, gettext, ngettext

from aednet.base.clock import local_day
from aednet.base.context import current

KILOMETRE_M = 1_000
ROUND_TO_M = 10
CLOCK_ROUND = timedelta(hours=12)  # closer than this, a time needs no day beside it
WEEK_DAYS = 7
COARSE_FROM_KM2 = 10  # from here on a tenth of a square kilometre is fine enough
NEAR_NOTHING, NEAR_ALL = 0.005, 0.995  # shares that would round to what they are not
ROUNDING = 1e-9


def distance(metres: float) -> str:
    """Return a distance: `340 m` to the ten metres below a kilometre, `1,2 km` from there."""
    rounded = round(metres / ROUND_TO_M) * ROUND_TO_M
    if rounded < KILOMETRE_M:
        return f"{rounded:.0f} m"
    return f"{format_decimal(metres / KILOMETRE_M, format='0.0', locale=get_locale())} km"


def whole(value: float) -> str:
    """Return a count to the whole: `38.667`."""
    return format_decimal(round(value), locale=get_locale())


def tenths(value: float) -> str:
    """Return a figure to the tenth: `9,1`."""
    return format_decimal(value, format="#,##0.0", locale=get_locale())


def km2(value: float) -> str:
    """Return a number of square kilometres without the unit: `0,31`, and `19,5` from ten on."""
    pattern = "#,##0.00" if value < COARSE_FROM_KM2 else "#,##0.0"
    return format_decimal(value, format=pattern, locale=get_locale())


def share(value: float) -> str:
    """Return a share to the whole per cent: `73%`. Only nothing is `0%` and only all is `100%`."""
    if ROUNDING < value <= NEAR_NOTHING:
        return "<1%"
    if NEAR_ALL <= value < 1 - ROUNDING:
        return ">99%"
    return f"{round(value * 100)}%"


def minutes(value: float) -> str:
    """Return a number of minutes to the whole, at least one: `4 min`."""
    return str(gettext("%(num)d min", num=max(1, round(value))))


def day(value: date) -> str:
    """Return a day: `di 24 november`, with the year where it is not this one."""
    this_year = value.year == current().clock.today().year
    return format_date(value, "EEE d MMMM" if this_year else "EEE d MMMM y", locale=get_locale())


def time_of_day(value: datetime) -> str:
    """Return the local time of an instant: `14:00`."""
    return format_datetime(value.astimezone(current().settings.zone), "HH:mm", locale=get_locale())


def moment(value: datetime) -> str:
    """Return when something will happen: `22:00` today or within twelve hours, `morgen 08:00`, `wo 08:00`.

    A week or more ahead it is a whole day: `wo 2 december 08:00`.
    """
    context, time = current(), time_of_day(value)
    on = local_day(value, context.settings.zone)
    ahead = (on - context.clock.today()).days
    if ahead == 0 or value - context.clock.now() < CLOCK_ROUND:
        return time
    if ahead == 1:
        return str(gettext("morgen %(time)s", time=time))
    if ahead < WEEK_DAYS:
        return f"{format_date(on, 'EEE', locale=get_locale())} {time}"
    return f"{day(on)} {time}"


def instant(value: datetime) -> str:
    """Return when something was or ends, in full: `di 24 november 14:00`."""
    return f"{day(local_day(value, current().settings.zone))} {time_of_day(value)}"


def happened(value: datetime) -> str:
    """Return when something happened: `vandaag 14:00`, `gisteren 14:00`, `zo 22 november 14:00`."""
    context = current()
    on = local_day(value, context.settings.zone)
    if on < context.clock.today() - timedelta(days=1):
        return instant(value)
    return f"{ago(on)} {time_of_day(value)}"


def ago(value: date) -> str:
    """Return how long ago a day was: `vandaag`, `gisteren`, `6 dagen geleden`."""
    elapsed = (current().clock.today() - value).days
    if elapsed <= 0:
        return str(gettext("vandaag"))
    if elapsed == 1:
        return str(gettext("gisteren"))
    return str(ngettext("%(num)d dag geleden", "%(num)d dagen geleden", elapsed))


def init_formats(app: Flask) -> None:
    """Let templates use these as filters."""
    for present in (
        distance,
        whole,
        tenths,
        km2,
        share,
        minutes,
        day,
        time_of_day,
        moment,
        instant,
        happened,
        ago,
    ):
        app.add_template_filter(present)

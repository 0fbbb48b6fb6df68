"""How long pads and batteries last once they are in a device, by its model.

Years are those that makers publish, as their dealers pass them on (aedleader.com, aedmarket.com and
firsteditionfirstaid.ca, read in November 2026); for any other model the cautious end of the ranges of
field.md. Whatever is printed on pads or battery goes before a figure of this table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from aednet.base.texts import folded

DEVICE_LASTS: Final = timedelta(days=3_652)  # makers: replace it at ten years; field.md


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledLife:
    """Years that pads and a battery last; `is_of_model` where they are the maker's for this very model."""

    pads_years: int
    battery_years: int
    is_of_model: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceModel:
    """A model, known by words that its maker and model hold, folded."""

    words: frozenset[str]
    life: InstalledLife


def _model(words: str, *, pads: int, battery: int) -> DeviceModel:
    life = InstalledLife(pads_years=pads, battery_years=battery)
    return DeviceModel(words=frozenset(words.split()), life=life)


USUAL: Final = InstalledLife(pads_years=2, battery_years=3, is_of_model=False)  # makers: 2 to 5, and 3 to 6
MODELS: Final[Sequence[DeviceModel]] = (  # of two that fit the first, so the narrower goes before
    _model("heartstart hs1", pads=2, battery=4),
    _model("heartstart onsite", pads=2, battery=4),
    _model("heartstart home", pads=2, battery=4),
    _model("heartstart frx", pads=2, battery=4),
    _model("lifepak cr2", pads=4, battery=4),
    _model("lifepak cr plus", pads=2, battery=2),  # one pack for both
    *(_model(f"samaritan {pad}", pads=4, battery=4) for pad in ("350p", "360p", "450p", "500p")),  # Pad-Pak
    _model("zoll aed plus", pads=5, battery=5),
    _model("zoll aed 3", pads=5, battery=5),
    _model("lifeline view", pads=2, battery=4),
    _model("lifeline", pads=2, battery=5),
    _model("powerheart g5", pads=2, battery=4),
)


def installed_life(manufacturer: str | None, model: str | None) -> InstalledLife:
    """Return how long pads and battery last in a device."""
    known_by = frozenset(folded(f"{manufacturer or ''} {model or ''}").split())
    return next((one.life for one in MODELS if one.words <= known_by), USUAL)


def pads_expire_on(*, printed_on: date | None, installed_on: date, years: int) -> date:
    """Return the last day of pads: the date printed on them, or for want of one that of their usual life."""
    return years_after(installed_on, years) if printed_on is None else printed_on


def battery_expires_on(
    *, printed_on: date | None, install_before_on: date | None, installed_on: date, years: int
) -> date:
    """Return the last day of a battery: of the date printed on it and its installed life the earlier.

    "Install before" says how long it keeps on the shelf, and nothing of how long it lasts in a device; one
    that was put in after it counts as lapsed on that day, as makers have it.
    """
    if install_before_on is not None and installed_on > install_before_on:
        return install_before_on
    by_life = years_after(installed_on, years)
    return by_life if printed_on is None else min(by_life, printed_on)


def years_after(day: date, years: int) -> date:
    """Return the same day some years later; for 29 February the 28th where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)

"""Mobile numbers: read as people write them, kept in E.164, refused with the reason where no SMS arrives."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final, Self

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from aednet.base.errors import InvalidValue

LONGEST: Final = 50  # characters; E.164 has 15 digits
SIGNS: Final = frozenset(" +-()./\u00a0\u2010\u2011\u2012\u2013\u2014\u2212")  # people write between digits
NEARBY: Final = ("NL", "BE", "DE")  # whose residents type their numbers as they do at home
MACHINES: Final = "+3197"  # Dutch numbers of machines; libphonenumber counts them as mobile
NOWHERE: Final = "001"  # satellite and other networks that belong to no country
MOBILE: Final = frozenset(
    {
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,  # North America does not tell them apart
        PhoneNumberType.UNKNOWN,
    }
)
SERVICES: Final = frozenset(
    {PhoneNumberType.TOLL_FREE, PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST}
)
BAD_LENGTHS: Final = frozenset(
    {
        NumberParseException.TOO_LONG,
        NumberParseException.TOO_SHORT_AFTER_IDD,
        NumberParseException.TOO_SHORT_NSN,
    }
)


class PhoneFault(StrEnum):
    """Why a text is no number that an SMS reaches; each stands for one sentence on a page."""

    UNREADABLE = "unreadable"
    WRONG_LENGTH = "wrong_length"
    NOT_IN_USE = "not_in_use"
    FOREIGN = "foreign"
    LANDLINE = "landline"
    SERVICE = "service"
    MACHINE = "machine"
    NO_MOBILE = "no_mobile"


ADVICE: Final = {
    PhoneFault.UNREADABLE: "is no telephone number",
    PhoneFault.WRONG_LENGTH: "has too few or too many digits",
    PhoneFault.NOT_IN_USE: "is no number that its country gives out",
    PhoneFault.FOREIGN: "looks like a number from abroad: write it with + and the country's code",
    PhoneFault.LANDLINE: "is a landline, which receives no text messages: give a mobile number",
    PhoneFault.SERVICE: "is a service number, which receives no text messages: give a mobile number",
    PhoneFault.MACHINE: "is a number for machines (097): give the mobile number of a person",
    PhoneFault.NO_MOBILE: "is no mobile number, so that text messages may not arrive: give a mobile number",
}


class InvalidPhone(InvalidValue):
    """A text is no number that an SMS reaches. The message does not repeat it."""

    code: ClassVar[str] = "invalid_phone"

    def __init__(self, fault: PhoneFault, *, dial_code: int | None = None) -> None:
        self.fault = fault
        self.advice = ADVICE[fault] if dial_code is None else f"{ADVICE[fault]}, +{dial_code}"
        super().__init__(f"The number {self.advice}.", fields={"phone": self.advice})


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneNumber:
    """A number that can receive an SMS, in E.164: `+31612345678`."""

    e164: str

    @classmethod
    def parse(cls, text: str, country: str) -> Self:
        """Read a number as people write it; without a country's code it is one of `country` (ISO 3166).

        It must be a number that its own country gives out to mobile phones.

        Raises:
            InvalidPhone: it is something else; `fault` says what.
        """
        number = _read(text, country)
        if not phonenumbers.is_valid_number(number):
            raise _why_not_in_use(number, text, country)
        fault = _fault_of(number)
        if fault is not None:
            raise InvalidPhone(fault)
        return cls(e164=phonenumbers.format_number(number, PhoneNumberFormat.E164))

    @property
    def international(self) -> str:
        """The number as people read it anywhere: `+31 6 12345678`."""
        number = phonenumbers.parse(self.e164)
        return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def _read(text: str, country: str) -> phonenumbers.PhoneNumber:
    if len(text) > LONGEST or not all(sign.isdecimal() or sign in SIGNS for sign in text.strip()):
        raise InvalidPhone(PhoneFault.UNREADABLE)
    try:
        return phonenumbers.parse(text, country)
    except NumberParseException as error:
        fault = PhoneFault.WRONG_LENGTH if error.error_type in BAD_LENGTHS else PhoneFault.UNREADABLE
        raise InvalidPhone(fault) from None


def _fault_of(number: phonenumbers.PhoneNumber) -> PhoneFault | None:
    """Return why a valid number receives no SMS of ours, if it does not."""
    if phonenumbers.format_number(number, PhoneNumberFormat.E164).startswith(MACHINES):
        return PhoneFault.MACHINE
    kind = phonenumbers.number_type(number)
    if kind in SERVICES:
        return PhoneFault.SERVICE
    if kind == PhoneNumberType.FIXED_LINE:
        return PhoneFault.LANDLINE
    if kind not in MOBILE or phonenumbers.region_code_for_number(number) == NOWHERE:
        return PhoneFault.NO_MOBILE
    return None


def _why_not_in_use(number: phonenumbers.PhoneNumber, text: str, country: str) -> InvalidPhone:
    for abroad in NEARBY:
        if abroad != country and _is_mobile_of(abroad, text):
            return InvalidPhone(PhoneFault.FOREIGN, dial_code=phonenumbers.country_code_for_region(abroad))
    fits = phonenumbers.is_possible_number_for_type(number, PhoneNumberType.MOBILE)
    return InvalidPhone(PhoneFault.NOT_IN_USE if fits else PhoneFault.WRONG_LENGTH)


def _is_mobile_of(country: str, text: str) -> bool:
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException:
        return False
    return (
        number.country_code == phonenumbers.country_code_for_region(country)
        and phonenumbers.is_valid_number(number)
        and phonenumbers.number_type(number) == PhoneNumberType.MOBILE
    )

"""Numbers here are invented, or from the ranges that regulators keep for fiction."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aednet.base.phone import InvalidPhone, PhoneFault, PhoneNumber

READ = [
    ("0612345678", "+31612345678"),
    ("06-12345678", "+31612345678"),
    ("06 12 34 56 78", "+31612345678"),
    ("06.12.34.56.78", "+31612345678"),
    ("06/12345678", "+31612345678"),
    ("(06) 12345678", "+31612345678"),
    (" 06\u00a01234\u20135678 ", "+31612345678"),
    ("6 12345678", "+31612345678"),
    ("+31612345678", "+31612345678"),
    ("+31 6 12345678", "+31612345678"),
    ("+31 (0)6 12345678", "+31612345678"),
    ("+31(0)6-12345678", "+31612345678"),
    ("+31 06 12345678", "+31612345678"),
    ("0031612345678", "+31612345678"),
    ("0031 (0)6 12345678", "+31612345678"),
    ("31 6 12345678", "+31612345678"),
    ("\uff10\uff16\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18", "+31612345678"),
    ("0681234567", "+31681234567"),
    ("+32 470 12 34 56", "+32470123456"),
    ("0032 470 12 34 56", "+32470123456"),
    ("+49 171 3920001", "+491713920001"),
    ("+46 70 174 06 05", "+46701740605"),
    ("+48 512 345 678", "+48512345678"),
    ("+61 491 570 156", "+61491570156"),
    ("+1 202 555 0143", "+12025550143"),
    ("+297 560 1234", "+2975601234"),
]
REFUSED = [
    ("", PhoneFault.UNREADABLE),
    ("   ", PhoneFault.UNREADABLE),
    ("geen", PhoneFault.UNREADABLE),
    ("06-BEL-MIJ", PhoneFault.UNREADABLE),
    ("06 12345678 tst 4", PhoneFault.UNREADABLE),
    ("06 12345678, 06 12345679", PhoneFault.UNREADABLE),
    ("+31612345678;ext=4", PhoneFault.UNREADABLE),
    ("²612345678", PhoneFault.UNREADABLE),
    ("06\u202e12345678", PhoneFault.UNREADABLE),
    ("+999 123", PhoneFault.UNREADABLE),
    ("0" * 51, PhoneFault.UNREADABLE),
    ("112", PhoneFault.WRONG_LENGTH),
    ("06 1234567", PhoneFault.WRONG_LENGTH),
    ("06 123456789", PhoneFault.WRONG_LENGTH),
    ("06 12345678 / 06 12345679", PhoneFault.WRONG_LENGTH),
    ("9" * 50, PhoneFault.WRONG_LENGTH),
    ("0000000000", PhoneFault.NOT_IN_USE),
    ("06 91234567", PhoneFault.NOT_IN_USE),
    ("+44 7700 900123", PhoneFault.NOT_IN_USE),
    ("0528 123456", PhoneFault.LANDLINE),
    ("+31 (0)20 1234567", PhoneFault.LANDLINE),
    ("+48 22 123 45 67", PhoneFault.LANDLINE),
    ("+49 30 23125 123", PhoneFault.LANDLINE),
    ("0475 12 34 56", PhoneFault.LANDLINE),
    ("0800 0123", PhoneFault.SERVICE),
    ("0900-1234", PhoneFault.SERVICE),
    ("+31 900 1234567", PhoneFault.SERVICE),
    ("0906 1234", PhoneFault.SERVICE),
    ("097012345678", PhoneFault.MACHINE),
    ("+31 97 0123 45678", PhoneFault.MACHINE),
    ("085 1234567", PhoneFault.NO_MOBILE),
    ("088 1234567", PhoneFault.NO_MOBILE),
    ("066 1234567", PhoneFault.NO_MOBILE),
    ("14 0528", PhoneFault.NO_MOBILE),
    ("+870 773 111 632", PhoneFault.NO_MOBILE),
    ("0470 12 34 56", PhoneFault.FOREIGN),
    ("0171 3920001", PhoneFault.FOREIGN),
    ("0151 23456789", PhoneFault.FOREIGN),
]


@pytest.mark.parametrize(("text", "e164"), READ)
def test_a_mobile_number_is_read_however_people_write_it(text: str, e164: str) -> None:
    assert PhoneNumber.parse(text, "NL") == PhoneNumber(e164=e164)


@pytest.mark.parametrize(("text", "fault"), REFUSED)
def test_what_no_sms_reaches_is_refused_with_the_reason_and_not_repeated(
    text: str, fault: PhoneFault
) -> None:
    with pytest.raises(InvalidPhone) as caught:
        PhoneNumber.parse(text, "NL")
    assert caught.value.fault is fault
    assert not text.strip() or text not in str(caught.value)
    assert caught.value.fields["phone"] in str(caught.value)


@pytest.mark.parametrize(("text", "code"), [("0470 12 34 56", "+32"), ("0171 3920001", "+49")])
def test_a_neighbours_number_is_refused_with_the_code_to_write(text: str, code: str) -> None:
    with pytest.raises(InvalidPhone, match=f"\\{code}"):
        PhoneNumber.parse(text, "NL")


def test_at_home_in_another_country_its_own_numbers_need_no_code() -> None:
    assert PhoneNumber.parse("0470 12 34 56", "BE").e164 == "+32470123456"
    with pytest.raises(InvalidPhone, match=r"\+31"):
        PhoneNumber.parse("06 12345678", "BE")


def test_every_reason_stands_in_the_table() -> None:
    assert {fault for _, fault in REFUSED} == set(PhoneFault)


@given(text=st.text(alphabet="0123456789 +-()", max_size=20), country=st.sampled_from(["NL", "BE", "DE"]))
def test_parsing_twice_changes_nothing_whatever_the_country(text: str, country: str) -> None:
    try:
        once = PhoneNumber.parse(text, country)
    except InvalidPhone:
        return
    assert PhoneNumber.parse(once.e164, "NL") == once
    assert PhoneNumber.parse(once.international, country) == once


@given(digits=st.integers(0, 9_999_999), country=st.sampled_from(["NL", "BE", "DE"]))
def test_a_dutch_mobile_number_is_the_same_everywhere(digits: int, country: str) -> None:
    once = PhoneNumber.parse(f"061{digits:07d}", "NL")
    assert PhoneNumber.parse(once.e164, country) == once
    assert PhoneNumber.parse(once.international, country) == once


@given(text=st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(InvalidPhone):
        assert PhoneNumber.parse(text, "NL").e164.startswith("+")

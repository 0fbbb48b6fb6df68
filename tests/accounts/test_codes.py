from datetime import UTC, datetime, timedelta

import pyotp
from hypothesis import given
from hypothesis import strategies as st

from aednet.accounts.codes import (
    RECOVERY_CODES,
    STEP_S,
    matching_step,
    new_recovery_codes,
    new_secret,
    picture_of,
    plain_recovery_code,
    setup_address,
)
from tests.factories import EMAIL, NOW

# RFC 6238, appendix B: the secret of the tests for SHA-1 in base 32, and the last six of its eight digits.
PUBLISHED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
CODES = {
    59: "287082",
    1111111109: "081804",
    1111111111: "050471",
    1234567890: "005924",
    2000000000: "279037",
}


def test_the_codes_are_those_of_the_standard() -> None:
    for seconds, code in CODES.items():
        now = datetime.fromtimestamp(seconds, UTC)
        assert matching_step(PUBLISHED, code, now=now) == seconds // STEP_S


@given(steps=st.integers(-5, 5), spare=st.integers(0, STEP_S - 1))
def test_a_clock_may_be_off_by_one_step_and_no_more(steps: int, spare: int) -> None:
    begin = datetime.fromtimestamp(NOW.timestamp() // STEP_S * STEP_S, UTC)
    code = pyotp.TOTP(PUBLISHED).at(begin)
    now = begin + timedelta(seconds=steps * STEP_S + spare)
    found = matching_step(PUBLISHED, code, now=now)
    assert found == (int(begin.timestamp()) // STEP_S if abs(steps) <= 1 else None)


@given(text=st.text(max_size=45))
def test_whatever_is_typed_is_a_code_or_it_is_not(text: str) -> None:
    step, plain = matching_step(PUBLISHED, text, now=NOW), plain_recovery_code(text)
    assert step is None or text.replace(" ", "").isdecimal()
    assert plain is None or plain_recovery_code(plain) == plain


def test_a_code_may_be_typed_in_two_groups_and_digits_of_other_scripts_are_none() -> None:
    code = pyotp.TOTP(PUBLISHED).at(NOW)
    assert matching_step(PUBLISHED, f" {code[:3]} {code[3:]} ", now=NOW) is not None
    arabic = code.translate({ord("0") + digit: 0x660 + digit for digit in range(10)})
    assert matching_step(PUBLISHED, arabic, now=NOW) is None


def test_recovery_codes_differ_and_are_read_as_people_type_them() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == RECOVERY_CODES
    for code in codes:
        plain = plain_recovery_code(code)
        assert plain is not None
        assert plain == code.replace("-", "")
        typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
        assert plain_recovery_code(typed) == plain


def test_a_program_for_codes_reads_who_and_where_from_the_address() -> None:
    secret = new_secret()
    read = pyotp.parse_uri(setup_address(secret, email=EMAIL))
    assert (read.secret, read.name, read.issuer) == (secret, EMAIL, "aednet")


def test_the_picture_carries_no_style_that_the_policy_refuses() -> None:
    picture = picture_of(setup_address(new_secret(), email=EMAIL))
    assert picture.startswith("<svg ")
    assert "style" not in picture
    assert "<script" not in picture

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.urls import iri_to_uri

from aednet.accounts.passwords import HASHER, NOBODYS_HASH, hash_password, is_right
from aednet.accounts.rules import (
    FAILURES_COUNT_FOR,
    SESSION_IDLE,
    SESSION_LASTS,
    Caller,
    Permission,
    Role,
    Tally,
    area_complaint,
    is_email,
    is_session_alive,
    local_path,
    normalised_email,
    throttled_until,
    weakness,
)
from aednet.web.limits import site_of

NOW = datetime(2026, 11, 24, 13, tzinfo=UTC)
SECOND = timedelta(seconds=1)
OWN, OTHER = 1, 2


def caller(role: Role) -> Caller:
    area_ids = None if role is Role.ADMINISTRATOR else frozenset({OWN})
    return Caller(account_id=7, role=role, area_ids=area_ids)


@pytest.mark.parametrize(
    ("role", "permissions"),
    [
        (Role.ADMINISTRATOR, {"see", "see_people", "change", "administer"}),
        (Role.COORDINATOR, {"see", "see_people", "change"}),
        (Role.VIEWER, {"see"}),
    ],
)
def test_each_role_may_this_and_nothing_else(role: Role, permissions: set[str]) -> None:
    assert {permission for permission in Permission if caller(role).may(permission)} == permissions


@pytest.mark.parametrize(
    ("role", "area_id", "can"),
    [
        (Role.ADMINISTRATOR, OTHER, "see and change"),
        (Role.ADMINISTRATOR, None, "see and change"),
        (Role.COORDINATOR, OWN, "see and change"),
        (Role.COORDINATOR, OTHER, "nothing"),
        (Role.COORDINATOR, None, "nothing"),
        (Role.VIEWER, OWN, "see"),
        (Role.VIEWER, OTHER, "nothing"),
        (Role.VIEWER, None, "nothing"),
    ],
)
def test_another_area_and_no_area_are_the_administrators_alone(
    role: Role, area_id: int | None, can: str
) -> None:
    assert caller(role).may_see_area(area_id) is ("see" in can)
    assert caller(role).may_change_area(area_id) is ("change" in can)


def test_the_audit_trail_knows_a_caller_by_role_and_number() -> None:
    assert caller(Role.COORDINATOR).actor == "coordinator 7"


@pytest.mark.parametrize(
    ("unseen_for", "left", "ended_at", "held"),
    [
        (timedelta(0), SESSION_LASTS, None, "yes"),
        (SESSION_IDLE - SECOND, SECOND, None, "yes"),
        (SESSION_IDLE, SECOND, None, "no"),
        (timedelta(0), timedelta(0), None, "no"),
        (timedelta(0), SESSION_LASTS, NOW, "no"),
    ],
)
def test_a_session_ends_when_idle_when_over_and_when_ended(
    unseen_for: timedelta, left: timedelta, ended_at: datetime | None, held: str
) -> None:
    alive = is_session_alive(seen_at=NOW - unseen_for, expires_at=NOW + left, ended_at=ended_at, now=NOW)
    assert alive is (held == "yes")


@given(st.integers(min_value=1, max_value=100), st.integers(min_value=1, max_value=50))
def test_exactly_so_many_attempts_are_tried_and_the_next_waits_for_the_end(count: int, most: int) -> None:
    until = throttled_until(Tally(started_at=NOW, count=count), most=most)
    assert until == (None if count <= most else NOW + FAILURES_COUNT_FOR)


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
    ],
)
def test_an_ipv6_site_counts_as_one_address(address: str, site: str) -> None:
    assert site_of(address) == site


@pytest.mark.parametrize("text", ["a@b.nl", "a.b+c@d-e.example", "ö@voorbeeld.example"])
def test_these_are_addresses(text: str) -> None:
    assert is_email(text)


@pytest.mark.parametrize(
    "text",
    ["", "a", "a@b", "@b.nl", "a@b.", "a@b..nl", "a b@c.nl", "a@b@c.nl", "a\0@b.nl", "a" * 250 + "@b.nl"],
)
def test_these_are_none(text: str) -> None:
    assert not is_email(text)


@given(st.text())
def test_normalising_an_address_twice_changes_nothing_more_for_latin_letters(text: str) -> None:
    latin = text.encode("latin-1", "ignore").decode("latin-1")
    assert normalised_email(normalised_email(latin)) == normalised_email(latin)


@pytest.mark.parametrize(
    ("password", "complaint"),
    [
        ("elf tekens.", "at least 12"),
        ("x" * 201, "at most 200"),
        ("Ans.Voorbeeld@AEDnet.example", "is the e-mail address"),
        ("twaalf tekens\x07", "nobody can type"),
    ],
)
def test_a_weak_password_is_told_why(password: str, complaint: str) -> None:
    assert complaint in (weakness(password, email="ans.voorbeeld@aednet.example") or "")


@pytest.mark.parametrize("password", ["twaalf teken", "x" * 200, "wachtwoord met é"])
def test_any_other_password_will_do(password: str) -> None:
    assert weakness(password, email="ans.voorbeeld@aednet.example") is None


def test_an_administrator_has_every_area_and_the_others_at_least_one() -> None:
    assert area_complaint(Role.ADMINISTRATOR, areas=0) is None
    assert area_complaint(Role.ADMINISTRATOR, areas=1) is not None
    for role in (Role.COORDINATOR, Role.VIEWER):
        assert area_complaint(role, areas=1) is None
        assert area_complaint(role, areas=0) == f"name at least one for a {role}"


@pytest.mark.parametrize(
    "path", ["/", "/desk", "/desk/coverage?radius=500&at=2026-11-24T14%3A00", "/c/HGV-017#x"]
)
def test_a_path_on_this_site_may_be_gone_to(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "desk",
        "//evil.example",
        "///evil.example",
        " //evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: x=y",
    ],
)
def test_what_could_lead_elsewhere_is_refused(path: str) -> None:
    assert local_path(path) is None


@given(st.text())
def test_every_path_that_a_request_can_have_may_be_come_back_to(text: str) -> None:
    asked = iri_to_uri("/" + text.lstrip("/\\").replace("\\", ""))
    assert local_path(asked) == asked


def test_a_password_is_right_however_the_keyboard_composed_it() -> None:
    kept = hash_password("wachtwoord met é")
    assert is_right("wachtwoord met e\u0301", kept)
    assert not is_right("wachtwoord met e", kept)
    assert "wachtwoord" not in kept


def test_nobodys_password_costs_as_much_and_is_never_right() -> None:
    assert not HASHER.check_needs_rehash(NOBODYS_HASH)
    assert not is_right("", None)
    assert not is_right("twaalf of meer tekens", None)

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from apiflask import APIFlask
from sqlalchemy import select

from aednet.accounts.models import SignInAttempt
from aednet.accounts.rules import (
    FAILURES_COUNT_FOR,
    MOST_FAILURES_AN_ADDRESS,
    MOST_FAILURES_AN_EMAIL,
)
from aednet.accounts.throttle import count_attempt, take_back_attempt
from aednet.base.database import db
from aednet.base.transactions import transaction
from tests.factories import EMAIL, NOW

HERE = "203.0.113.7"
SECOND = timedelta(seconds=1)


def attempt(*, email: str = EMAIL, address: str = HERE, now: datetime = NOW) -> datetime | None:
    with transaction() as session:
        return count_attempt(session, email=email, address=address, now=now)


def test_an_email_is_tried_five_times_from_wherever_and_then_waits(app: APIFlask) -> None:
    for number in range(5):
        assert attempt(address=f"203.0.113.{number}", now=NOW + number * SECOND) is None
    assert attempt(email=EMAIL.upper(), address="203.0.113.99") == NOW + timedelta(minutes=15)
    assert attempt(email="bob@aednet.example") is None


def test_an_address_is_tried_twenty_times_for_whomever_and_then_waits(app: APIFlask) -> None:
    for number in range(20):
        assert attempt(email=f"gok{number}@aednet.example") is None
    assert attempt(email="bob@aednet.example") == NOW + timedelta(minutes=15)
    assert attempt(email="bob@aednet.example", address="203.0.113.8") is None


def test_an_address_past_its_limit_neither_locks_others_out_nor_fills_the_table(app: APIFlask) -> None:
    for number in range(MOST_FAILURES_AN_ADDRESS + 30):
        attempt(email=f"gok{number}@aednet.example")
    assert len(db.session().scalars(select(SignInAttempt.key)).all()) == MOST_FAILURES_AN_ADDRESS + 1


def test_after_a_quarter_of_an_hour_counting_begins_anew(app: APIFlask) -> None:
    for _ in range(MOST_FAILURES_AN_EMAIL + 1):
        attempt()
    assert attempt(now=NOW + FAILURES_COUNT_FOR - SECOND) == NOW + FAILURES_COUNT_FOR
    assert attempt(now=NOW + FAILURES_COUNT_FOR) is None


def test_waiting_is_not_made_longer_by_trying(app: APIFlask) -> None:
    for number in range(MOST_FAILURES_AN_EMAIL + 5):
        attempt(now=NOW + number * SECOND)
    assert attempt(now=NOW + timedelta(minutes=14)) == NOW + FAILURES_COUNT_FOR


def test_a_right_password_clears_its_email_and_takes_itself_back_from_the_address(app: APIFlask) -> None:
    for _ in range(MOST_FAILURES_AN_EMAIL):
        attempt()
    with transaction() as session:
        take_back_attempt(session, email=EMAIL, address=HERE)
    assert attempt() is None
    counts = db.session().scalars(select(SignInAttempt.count).order_by(SignInAttempt.count)).all()
    assert counts == [1, MOST_FAILURES_AN_EMAIL]


def test_counts_that_are_over_are_forgotten_on_the_way(app: APIFlask) -> None:
    for number in range(3):
        attempt(email=f"gok{number}@aednet.example", address=f"203.0.113.{number}")
    attempt(address="203.0.113.99", now=NOW + FAILURES_COUNT_FOR)
    assert len(db.session().scalars(select(SignInAttempt.key)).all()) == 2


def test_neither_address_is_kept_readable(app: APIFlask) -> None:
    attempt()
    for key in db.session().scalars(select(SignInAttempt.key)):
        assert len(key) == 32
        assert EMAIL.encode() not in key
        assert HERE.encode() not in key


def test_two_processes_at_once_let_no_more_through_than_one(open_app: Callable[..., APIFlask]) -> None:
    tried: list[bool] = []

    def guess(app: APIFlask, number: int) -> None:
        with app.app_context():
            tried.extend(attempt(address=f"203.0.113.{number}{turn}") is None for turn in range(4))

    apps = [open_app(), open_app()]
    threads = [threading.Thread(target=guess, args=(apps[number % 2], number)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tried) == 24
    assert sum(tried) == MOST_FAILURES_AN_EMAIL


def test_transactions_that_count_the_same_things_do_not_wait_for_each_other(
    open_app: Callable[..., APIFlask],
) -> None:
    """Old counts, new counts and right passwords, crosswise: a deadlock would end a thread early."""
    finished: list[int] = []

    def work(app: APIFlask, number: int) -> None:
        with app.app_context():
            for turn in range(8):
                email, address = f"gok{(number + turn) % 3}@aednet.example", f"203.0.113.{turn % 3}"
                attempt(email=email, address=address, now=NOW + turn * FAILURES_COUNT_FOR)
                with transaction() as session:
                    take_back_attempt(session, email=email, address=address)
        finished.append(number)

    app = open_app()
    threads = [threading.Thread(target=work, args=(app, number)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(finished) == len(threads)

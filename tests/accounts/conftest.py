"""An application whose clock the tests of accounts move by hand."""

from collections.abc import Callable, Iterator

import pytest
from apiflask import APIFlask

from tests.fakes import MovableClock


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def app(open_app: Callable[..., APIFlask], clock: MovableClock) -> Iterator[APIFlask]:
    app = open_app(clock=clock)
    with app.app_context():
        yield app

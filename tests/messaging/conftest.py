import pytest
from apiflask import APIFlask

from aednet.config import Settings
from tests.messaging.parts import Office, make_office


@pytest.fixture
def office(app: APIFlask, settings: Settings) -> Office:
    """An outbox on an empty database; it is 13:00 UTC, within the hours."""
    return make_office(settings)

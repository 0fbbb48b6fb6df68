from datetime import date, datetime

from apiflask import APIFlask

from aednet.base.context import current
from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.demo.seed import seed_example_network
from aednet.demo.training import SEATS
from aednet.volunteers.training.queries import list_past_trainings, list_trainings
from aednet.volunteers.training.rules import TrainingState
from tests.factories import NOW, TODAY


def seeded(now: datetime, today: date) -> None:
    with transaction() as session:
        seed_example_network(session, settings=current().settings, now=now, today=today)


def test_the_example_has_a_training_day_that_was_one_that_is_full_and_one_with_room(app: APIFlask) -> None:
    seeded(NOW, TODAY)
    full, roomy = list_trainings(db.session(), area_ids=None, since=NOW, limit=9).rows
    (past,) = list_past_trainings(db.session(), area_ids=None, until=NOW, limit=9).rows
    assert (full.free, full.waiting) == (0, 2)
    assert (roomy.free, roomy.invited) == (SEATS - 4, 6)
    assert (past.state, past.taken) == (TrainingState.HELD, 7)

from datetime import timedelta

import numpy as np
import pytest
from apiflask import APIFlask

from aednet.areas.queries import list_areas
from aednet.base.database import db
from aednet.base.revisions import Counter, read_revision
from aednet.base.transactions import transaction
from aednet.coverage.matching import plant
from aednet.coverage.people import Crowd
from aednet.coverage.queries import published_responders
from aednet.coverage.rules import TOTAL
from aednet.coverage.services import publish_responders
from aednet.geography.index import NearestIndex
from tests.factories import TODAY, make_area_draft, make_areas

TOMORROW = TODAY + timedelta(days=1)


def make_crowd(people: dict[int | None, int], *, lapse_on: object = TOMORROW) -> Crowd:
    """Return so many responders for each area's id, all in one place."""
    area_ids = tuple(area_id for area_id, count in people.items() for _ in range(count))
    nowhere, yes = np.zeros(len(area_ids)), np.ones(len(area_ids), dtype=np.bool_)
    return Crowd(
        version=1,
        ids=np.arange(len(area_ids)),
        area_ids=area_ids,
        active=yes,
        responds=yes,
        guards=yes,
        certificate_lapses_on=np.full(len(area_ids), lapse_on, dtype="datetime64[D]"),
        index=NearestIndex(x_m=nowhere, y_m=nowhere),
        tree=plant(x_m=nowhere, y_m=nowhere),
    )


@pytest.fixture
def krakeel(app: APIFlask) -> int:
    """The id of an area."""
    make_areas(make_area_draft())
    return list_areas(db.session())[0].id


def publish(crowd: Crowd, today: object = TODAY) -> bool:
    with transaction() as session:
        return publish_responders(session, crowd, today=today)  # type: ignore[arg-type]


def test_figures_are_refreshed_once_a_day(krakeel: int) -> None:
    assert publish(make_crowd({krakeel: 20}))
    assert not publish(make_crowd({krakeel: 90}))
    assert published_responders(db.session()) == {TOTAL: 20, "krakeel": 20}
    assert publish(make_crowd({krakeel: 90}), TOMORROW)
    assert published_responders(db.session()) == {TOTAL: 90, "krakeel": 90}


def test_the_days_on_which_somebody_joins_and_on_which_nobody_does_look_alike(krakeel: int) -> None:
    publish(make_crowd({krakeel: 20}))
    before = read_revision(db.session(), Counter.NETWORK)
    publish(make_crowd({krakeel: 21, None: 8}), TOMORROW)
    assert published_responders(db.session()) == {TOTAL: 20, "krakeel": 20}
    assert read_revision(db.session(), Counter.NETWORK) == before + 1
    publish(make_crowd({krakeel: 21, None: 8}), TOMORROW + timedelta(days=1))
    assert read_revision(db.session(), Counter.NETWORK) == before + 2


def test_few_people_are_not_told_of_and_a_certificate_counts_on_its_last_day(krakeel: int) -> None:
    publish(make_crowd({krakeel: 9, None: 1}, lapse_on=TODAY))
    assert published_responders(db.session()) == {TOTAL: 10, "krakeel": 0}
    publish(make_crowd({krakeel: 9, None: 1}, lapse_on=TODAY), TOMORROW)
    assert published_responders(db.session()) == {TOTAL: 0, "krakeel": 0}


def test_the_total_does_not_tell_of_the_few_who_are_not_shown(krakeel: int) -> None:
    publish(make_crowd({krakeel: 20, None: 5}))
    assert published_responders(db.session()) == {TOTAL: 20, "krakeel": 20}
    publish(make_crowd({krakeel: 20, None: 10}), TOMORROW)
    assert published_responders(db.session()) == {TOTAL: 30, "krakeel": 20}

from datetime import timedelta

import numpy as np
from apiflask import APIFlask

from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.volunteers import people as reading
from aednet.volunteers.models import Volunteer
from aednet.volunteers.people import people_for_matching, read_people
from aednet.volunteers.queries import find_volunteer
from aednet.volunteers.rules import Role, Status, TravelMode
from tests.factories import CENTRE_LAT, CENTRE_LON, TODAY, make_areas, make_volunteer


def test_everybody_who_takes_part_is_read_as_they_are_stored(app: APIFlask) -> None:
    make_areas()
    with transaction() as session:
        ids = [
            make_volunteer(session, 1, available="24/7", travel_mode=TravelMode.CAR),
            make_volunteer(session, 2, roles={Role.FETCHER, Role.GUARDIAN}, course_on=None, lon=6.7),
        ]
        left = make_volunteer(session, 3)
        session.get_one(Volunteer, left).status = Status.LEFT
        session.get_one(Volunteer, ids[0]).status = Status.ACTIVE
    (people,) = people_for_matching(db.session())
    first = find_volunteer(db.session(), ids[0], within=None)
    assert first is not None
    assert len(people) == 2
    assert people.ids.tolist() == ids
    assert people.area_ids == (first.area_id, None)
    assert people.lat.tolist() == [CENTRE_LAT, CENTRE_LAT]
    assert people.lon.tolist() == [CENTRE_LON, 6.7]
    assert people.responds.tolist() == [True, False]
    assert people.fetches.tolist() == [False, True]
    assert people.guards.tolist() == [False, True]
    assert people.certificate_lapses_on[0] == np.datetime64(first.promise.certificate_lapses_on)
    assert np.isnat(people.certificate_lapses_on).tolist() == [False, True]
    assert people.available == ("24/7", None)
    assert people.travel_modes == (TravelMode.CAR, TravelMode.WALK)
    assert people.statuses == (Status.ACTIVE, Status.NEW)
    assert [len(batch) for batch in read_people(db.session())] == [3]


def test_a_certificate_counts_in_arrays_on_its_last_day(app: APIFlask) -> None:
    with transaction() as session:
        make_volunteer(session, course_on=TODAY - timedelta(days=365))
    (people,) = people_for_matching(db.session())
    assert (people.certificate_lapses_on >= np.datetime64(TODAY)).tolist() == [True]
    assert not (people.certificate_lapses_on >= np.datetime64(TODAY + timedelta(days=1))).any()


def test_nobody_is_read_as_nothing_and_many_in_batches(app: APIFlask, monkeypatch: object) -> None:
    assert list(people_for_matching(db.session())) == []
    monkeypatch.setattr(reading, "BATCH", 2)  # type: ignore[attr-defined]
    with transaction() as session:
        everybody = [make_volunteer(session, number) for number in range(5)]
    batches = list(people_for_matching(db.session()))
    assert [len(batch) for batch in batches] == [2, 2, 1]
    assert [own for batch in batches for own in batch.ids.tolist()] == everybody

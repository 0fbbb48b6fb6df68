from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from aednet.base.context import current
from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.cabinets.ledger.models import RegistryChange
from aednet.exchange.cabinets_in import import_cabinets
from tests.factories import NOW, TODAY, make_areas

Import = Callable[[str], None]
REGISTRY = "hsn-aed-id;naam;adres;postcode;woonplaats;coordinaten;beschikbaarheid"
COUNCIL = "ref;name;lat;lon;battery_expires_on;example"


@pytest.fixture
def take_in(app: APIFlask, tmp_path: Path) -> Import:
    """Import a list of cabinets."""
    make_areas()

    def take_in(text: str) -> None:
        path = tmp_path / "lijst.csv"
        path.write_text(text)
        with transaction() as session:
            import_cabinets(session, path, source="lijst", settings=current().settings, now=NOW, today=TODAY)

    return take_in


def entries() -> list[tuple[str, str | None, str | None, bool]]:
    db.session.rollback()
    rows = db.session.scalars(select(RegistryChange).order_by(RegistryChange.id))
    return [(row.fact, row.old_value, row.new_value, row.entered_at is not None) for row in rows]


def test_what_comes_from_the_registrys_own_list_need_not_be_entered_there(take_in: Import) -> None:
    row = "7;Dorpshuis;Voorbeeldweg 1;7901 AA;Hoogeveen;52.72,6.47;24/7"
    take_in(f"{REGISTRY}\n{row}\n")
    take_in(f"{REGISTRY}\n{row.replace('Dorpshuis', 'Dorpshuis De Linde')}\n")
    assert entries() == []


def test_a_cabinet_that_another_list_brings_is_to_be_entered_and_so_is_what_it_changes(
    take_in: Import,
) -> None:
    row = "HGV-001;Dorpshuis;52.72;6.47;2027-01-31;"
    take_in(f"{COUNCIL}\n{row}\n")
    assert entries() == [("standing", None, "in_service", False)]
    with transaction() as session:
        (entry,) = session.scalars(select(RegistryChange))
        entry.entered_at, entry.entered_by = NOW, "test"
    take_in(f"{COUNCIL}\n{row}\n")
    take_in(f"{COUNCIL}\n{row.replace('2027-01-31', '2031-01-31')}\n")
    assert entries()[1:] == [("battery", date(2027, 1, 31).isoformat(), "2031-01-31", False)]


def test_what_the_registrys_own_list_shows_by_now_has_been_entered(take_in: Import) -> None:
    take_in(f"{COUNCIL}\nHGV-001;Dorpshuis;52.72;6.47;2027-01-31;\n")
    take_in(f"{REGISTRY}\n7;Dorpshuis;Voorbeeldweg 1;7901 AA;Hoogeveen;52.72,6.47;24/7\n")
    assert entries() == [("standing", None, "in_service", True)]


def test_examples_are_none_of_the_registrys_affairs(take_in: Import) -> None:
    take_in(f"{COUNCIL}\nHGV-001;Dorpshuis;52.72;6.47;2027-01-31;yes\n")
    assert entries() == []

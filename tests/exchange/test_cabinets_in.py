from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import func, select, text

from aednet.base.audit import AuditEvent
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.revisions import Counter, read_revision
from aednet.base.transactions import transaction
from aednet.cabinets.facts import CabinetFacts
from aednet.cabinets.models import Cabinet, Device, Inspection
from aednet.cabinets.queries import every_cabinet, find_cabinet, find_device
from aednet.cabinets.rules import Access, Readiness, Status
from aednet.exchange import cabinets_in
from aednet.exchange.cabinets_in import import_cabinets
from aednet.exchange.files import InvalidFile
from aednet.exchange.headings import Field
from aednet.exchange.reports import ImportReport, NothingKept
from tests.factories import NOW, TODAY, make_area_draft, make_areas, make_cabinet

HEADING = "id;naam;lat;lon;openingstijden"
TWO = f"{HEADING}\n1;Buurthuis;52.7245;6.4788;24/7\n2;Kerk;52.7300;6.4900;ma-vr 8-18 uur\n"


@pytest.fixture
def take(app: APIFlask, tmp_path: Path) -> Callable[..., ImportReport]:
    """Import a text as a file, in a transaction of its own."""

    def take_one(content: str, *, name: str = "aed", **options: Any) -> ImportReport:
        path = tmp_path / f"{name}.csv"
        path.write_text(content)
        with transaction() as session:
            return import_cabinets(
                session, path, source=name, settings=current().settings, now=NOW, today=TODAY, **options
            )

    return take_one


Take = Callable[..., ImportReport]


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.unchanged, len(report.refused)


def reasons(report: ImportReport) -> dict[int, str]:
    return {refusal.number: refusal.reason for refusal in report.refused}


def stored() -> dict[str, CabinetFacts]:
    return {cabinet.ref: cabinet for cabinet in every_cabinet(db.session())}


def number_stored() -> int:
    return db.session.scalar(select(func.count(Cabinet.id))) or 0


def test_a_list_comes_in_with_refs_of_our_own(take: Take) -> None:
    make_areas()
    assert counts(take(TWO)) == (2, 0, 0, 0)
    assert [(c.ref, c.name, c.area, c.status) for c in stored().values()] == [
        ("HGV-001", "Buurthuis", "krakeel", Status.IN_SERVICE),
        ("HGV-002", "Kerk", "krakeel", Status.IN_SERVICE),
    ]
    assert stored()["HGV-002"].opening_hours == "Mo-Fr 08:00-18:00"


def test_everything_in_a_row_is_stored(take: Take) -> None:
    report = take(
        "Naam;Coördinaten;Straat;Huisnr;Toevoeging;Postcode;Woonplaats;Plek in gebouw;Toegang;Op slot;Binnen;"
        "Status;Kastcode;Merk;Type;Serienummer;Elektroden verlopen;Kinderelektroden verlopen;"
        "Batterij verloopt;In gebruik sinds;Laatste controle\n"
        "Sporthal;52,7245,6,4788;Dorpsstraat;12;a;7901 AB;Hoogeveen;naast de kassa;klanten;nee;binnen;"
        "in gebruik;C12X;Zoll;AED 3;X-9;december 2027;1-6-2027;31-12-2028;1-3-2024;1-11-2026\n"
    )
    assert counts(report) == (1, 0, 0, 0)
    cabinet = stored()["HGV-001"]
    assert (cabinet.position.lat, cabinet.position.lon) == (52.7245, 6.4788)
    assert cabinet.address == "Dorpsstraat 12 a, 7901 AB Hoogeveen"
    assert (cabinet.location, cabinet.access) == ("naast de kassa", Access.CUSTOMERS)
    assert (cabinet.locked, cabinet.indoor, cabinet.status) == (False, True, Status.IN_SERVICE)
    assert cabinet.verified_on == date(2026, 11, 1)
    assert cabinet.readiness(TODAY) is Readiness.READY
    device = find_device(db.session(), cabinet.id)
    assert device is not None
    assert (device.manufacturer, device.model, device.serial_number) == ("Zoll", "AED 3", "X-9")
    assert device.pads_adult_expire_on == date(2027, 12, 31)
    assert device.pads_child_expire_on == date(2027, 6, 1)
    assert device.battery_expires_on == date(2028, 12, 31)
    assert device.in_use_since_on == date(2024, 3, 1)
    assert db.session.scalars(select(Cabinet.access_code)).all() == ["C12X"]


def test_the_same_file_twice_changes_nothing(take: Take) -> None:
    take(TWO)
    before = stored()
    db.session.rollback()
    revision = read_revision(db.session(), Counter.NETWORK)
    assert counts(take(TWO)) == (0, 0, 2, 0)
    assert stored() == before
    assert read_revision(db.session(), Counter.NETWORK) == revision


@pytest.mark.parametrize("drop_ids", [False, True])
def test_the_same_list_under_another_name_changes_nothing(take: Take, *, drop_ids: bool) -> None:
    take(TWO)
    again = "\n".join(line.partition(";")[2] for line in TWO.splitlines()) if drop_ids else TWO
    assert counts(take(again, name="aed-december")) == (0, 0, 2, 0)


def test_a_renamed_file_still_knows_a_cabinet_that_was_renamed(take: Take) -> None:
    take(TWO)
    assert counts(take(TWO.replace("Kerk", "Grote Kerk"), name="other")) == (0, 1, 1, 0)
    assert stored()["HGV-002"].name == "Grote Kerk"


def test_a_cabinet_that_moved_keeps_its_ref(take: Take) -> None:
    take(TWO)
    assert counts(take(TWO.replace("52.7300", "52.7400"))) == (0, 1, 1, 0)
    assert stored()["HGV-002"].position.lat == 52.74


@pytest.mark.parametrize("name", ["aed", "other"])
def test_two_registers_that_count_from_one_never_overwrite_each_other(take: Take, name: str) -> None:
    take(TWO)
    before = stored()
    other = f"{HEADING}\n1;Molen;52.6900;6.5200;\n2;Haven;52.6800;6.5300;\n"
    assert counts(take(other, name=name)) == (2, 0, 0, 0)
    assert {ref: stored()[ref] for ref in before} == before
    assert counts(take(other, name=name)) == (0, 0, 2, 0)
    assert counts(take(TWO)) == (0, 0, 2, 0)


def test_a_part_of_a_register_with_new_ids_only_does_not_mix_with_another_of_its_name(take: Take) -> None:
    take(TWO)
    take(f"{HEADING}\n3;Molen;52.6900;6.5200;\n")
    assert counts(take(f"{TWO}3;Haven;52.6800;6.5300;\n")) == (1, 0, 2, 0)
    assert {cabinet.name for cabinet in stored().values()} == {"Buurthuis", "Kerk", "Molen", "Haven"}


@pytest.mark.parametrize("number_in_name", [True, False])
def test_ids_that_shifted_are_refused_rather_than_mixed_up(take: Take, *, number_in_name: bool) -> None:
    def row(key: int, at: int) -> str:
        return f"{key};Huis{at if number_in_name else ''};52.7{at:03};6.4788;"

    rows = [row(number, number) for number in range(1, 10)]
    take("\n".join([HEADING, *rows]))
    shifted = [*rows[:6], row(7, 8), row(8, 9)]
    report = take("\n".join([HEADING, *shifted]))
    assert counts(report) == (0, 0, 6, 2)
    assert reasons(report)[8] == "has the id of cabinet HGV-007, but name and place of cabinet HGV-008"


def test_a_cabinet_is_known_by_name_and_place_to_about_a_metre(take: Take) -> None:
    take("naam;lat;lon\nBuurthuis;52.724512;6.478823\n")
    assert counts(take("naam;lat;lon\nBUURT-HUIS;52.72451;6.47882\n".replace("-", ""))) == (0, 1, 0, 0)
    assert counts(take("naam;lat;lon\nBuurthuis;52.72455;6.47882\n")) == (1, 0, 0, 0)
    assert number_stored() == 2


def test_a_row_is_known_by_ref_before_anything_else(take: Take) -> None:
    take(TWO)
    assert counts(take("ref;naam;lat;lon\nHGV-002;Moskee;52.7100;6.4700\n")) == (0, 1, 0, 0)
    assert stored()["HGV-002"].name == "Moskee"
    assert number_stored() == 2


def test_a_ref_that_is_not_known_yet_is_given(take: Take) -> None:
    assert counts(take("ref;naam;lat;lon\nX.1;Moskee;52.7100;6.4700\n")) == (1, 0, 0, 0)
    assert stored().keys() == {"X.1"}


def test_refs_that_the_file_brings_further_down_are_not_given_to_others(take: Take) -> None:
    report = take("ref;naam;lat;lon\n;Huis;52.71;6.47\n;Kerk;52.72;6.47\nHGV-002;Molen;52.73;6.47\n")
    assert counts(report) == (3, 0, 0, 0)
    assert {cabinet.name: cabinet.ref for cabinet in stored().values()} == {
        "Huis": "HGV-001",
        "Kerk": "HGV-003",
        "Molen": "HGV-002",
    }


def test_a_list_of_refs_and_dates_changes_the_dates_alone(take: Take) -> None:
    take(TWO)
    assert counts(take("ref;batterij verloopt\nHGV-001;31-12-2029\n")) == (0, 1, 0, 0)
    cabinet = stored()["HGV-001"]
    assert (cabinet.name, cabinet.opening_hours) == ("Buurthuis", "24/7")
    assert cabinet.upkeep.battery_expires_on == date(2029, 12, 31)


def test_empty_cells_and_absent_columns_leave_what_is_stored(take: Take) -> None:
    take("id;naam;lat;lon;toegang;merk;openingstijden\n1;Huis;52.72;6.47;ja;Zoll;24/7\n")
    assert counts(take("id;naam;lat;lon;toegang;merk\n1;Huis;52.72;6.47;NA;-\n")) == (0, 0, 1, 0)
    assert (stored()["HGV-001"].access, stored()["HGV-001"].opening_hours) == (Access.YES, "24/7")


def test_a_cabinet_taken_out_of_use_stays_so_when_the_file_does_not_speak_of_it(take: Take) -> None:
    take(TWO)
    with transaction() as session:
        cabinet = session.scalars(select(Cabinet).where(Cabinet.ref == "HGV-001")).one()
        cabinet.status = Status.OUT_OF_SERVICE
    assert counts(take(TWO)) == (0, 0, 2, 0)
    assert stored()["HGV-001"].status is Status.OUT_OF_SERVICE


def test_several_cabinets_at_one_point_stay_several(take: Take) -> None:
    same = "id;naam;lat;lon\n1;Sporthal;52.72;6.47\n2;Sporthal;52.72;6.47\n"
    assert counts(take(same)) == (2, 0, 0, 0)
    assert counts(take(same, name="renamed")) == (0, 0, 2, 0)


def test_another_one_at_the_same_point_is_new_when_the_register_gives_it_an_id_of_its_own(take: Take) -> None:
    take("id;naam;lat;lon\n1;Sporthal;52.72;6.47\n")
    both = "id;naam;lat;lon\n2;Sporthal;52.72;6.47\n1;Sporthal;52.72;6.47\n"
    assert counts(take(both)) == (1, 0, 1, 0)


def test_a_row_without_an_id_is_not_about_what_the_register_knows_by_one(take: Take) -> None:
    take("id;naam;lat;lon\n1;Sporthal;52.72;6.47\n")
    with transaction() as session:
        make_cabinet(session, "HGV-002", name="Sporthal", lat=52.72, lon=6.47)
    both = "id;naam;lat;lon\n;Sporthal;52.72;6.47\n1;Sporthal;52.72;6.47\n"
    assert counts(take(both)) == (0, 0, 2, 0)


def test_a_cabinet_in_two_registers_keeps_the_id_of_the_first(take: Take) -> None:
    take(TWO)
    other = f"{HEADING}\n7;Buurthuis;52.7245;6.4788;\n"
    assert counts(take(other, name="other")) == (0, 0, 1, 0)
    assert counts(take(TWO.replace("Buurthuis", "Ons Huis"))) == (0, 1, 1, 0)


def test_two_registers_full_of_one_name_keep_apart(take: Take) -> None:
    def register(lat: float) -> str:
        return "\n".join(["id;naam;lat;lon", *(f"{n};Bank;{lat + n / 500:.4f};6.47" for n in range(1, 6))])

    take(register(52.7))
    assert counts(take(register(52.701))) == (5, 0, 0, 0)


def test_a_renamed_file_is_known_by_its_places_where_every_name_was_rewritten(take: Take) -> None:
    take(TWO)
    rewritten = TWO.replace("Buurthuis", "Buurthuis (hal)").replace("Kerk", "Kerk (toren)")
    assert counts(take(rewritten, name="other")) == (0, 2, 0, 0)


def test_an_import_forgets_what_it_has_stored(take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cabinets_in, "BATCH", 1)
    remembered: list[int] = []
    take(TWO, progress=lambda _done, _total: remembered.append(len(db.session().identity_map)))
    assert remembered == [0, 0]


@pytest.fixture(params=[1, 500])
def batches(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows come in one by one, and all at once."""
    monkeypatch.setattr(cabinets_in, "BATCH", request.param)


@pytest.mark.usefixtures("batches")
@pytest.mark.parametrize(
    ("content", "expected", "why"),
    [
        (f"{TWO}1;Anders;52.7245;6.4788;\n", (2, 0, 0, 1), "same cabinet as row 2, and differs"),
        (f"{TWO}1;Buurthuis;52.7245;6.4788;24/7\n", (2, 0, 1, 0), None),
        (
            "ref;naam;lat;lon\nA;X;52.7;6.4\nA;Y;52.7;6.4\n",
            (1, 0, 0, 1),
            "same cabinet as row 2, and differs",
        ),
        (
            "naam;lat;lon;merk\nX;52.7;6.4;A\nX;52.7;6.4;B\n",
            (1, 0, 0, 1),
            "same cabinet as row 2, and differs",
        ),
        ("naam;lat;lon\nX;52.7;6.4\nX;52.7;6.4\n", (1, 0, 1, 0), None),
        ("id;naam;lat;lon\n1;X;52.7;6.4\n;X;52.7;6.4\n", (1, 0, 0, 1), "same cabinet as row 2, and differs"),
        ("ref;id;naam;lat;lon\nA;1;X;52.7;6.4\nB;1;Y;52.8;6.4\n", (1, 0, 0, 1), "has the id of"),
        ("id;naam;lat;lon\n1;X;;\n1;X;52.7;6.4\n", (1, 0, 0, 1), "has no position"),
    ],
)
def test_a_cabinet_told_of_twice_is_refused_unless_it_is_the_same(
    take: Take, content: str, expected: tuple[int, ...], why: str | None
) -> None:
    report = take(content)
    assert counts(report) == expected
    assert not why or why in report.refused[0].reason


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (";52.72;6.47;;;", "has no name"),
        ("Huis;;;;;", "has no position"),
        (";;;ja;;", "has no name and no position"),
        ("Huis;52.72;;;;", "Lon: is missing, so that the position is not known"),
        ("Huis;6.4788;52.7245;;;", "did you mean lat=52.7245, lon=6.4788?"),
        ("Huis;0;0;;;", "Lat, Lon: lies outside the network's extent"),
        ("Huis;NaN;6.4;;;", 'Lat: "NaN" is not a number'),
        ("Huis;1e400;6.4;;;", 'Lat: "1e400" is not a number'),
        ("Huis;152.7;6.4;;;", "Lat: must lie between -90 and 90"),
        ("Huis;52.72;6.47;misschien;;", 'Toegang: "misschien" is none of the words'),
        ("Huis;52.72;6.47;;31-02-2027;", 'Batterij verloopt: "31-02-2027" is not in the calendar'),
        ("Huis;52.72;6.47;;31-12-1889;", "Batterij verloopt: input should be"),
        ("Huis;52.72;6.47;;;25-11-2026", "Laatste controle: 2026-11-25 has yet to come"),
        ("x" * 201 + ";52.72;6.47;;;", "Naam: string should have at most 200 characters"),
        ("Hu\x07is;52.72;6.47;;;", "Naam: holds a control character"),
        ("Huis;52.72;6.47;;", "has 5 cells where the heading has 6"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_with_the_reason(take: Take, row: str, why: str) -> None:
    make_areas()
    report = take(
        "Naam;Lat;Lon;Toegang;Batterij verloopt;Laatste controle\n"
        f"Kerk;52.71;6.48;;;\n{row}\nMolen;52.73;6.49;;;\n"
    )
    assert counts(report) == (2, 0, 0, 1)
    assert report.refused[0].number == 3
    assert why in report.refused[0].reason
    assert {cabinet.name for cabinet in stored().values()} == {"Kerk", "Molen"}


def test_a_refused_code_is_not_repeated(take: Take) -> None:
    report = take("naam;lat;lon;kastcode\nHuis;52.72;6.47;" + "GEHEIM" * 10 + "\n")
    assert "GEHEIM" not in report.refused[0].reason


def test_strict_writes_nothing_if_one_row_is_refused(take: Take) -> None:
    with pytest.raises(NothingKept) as undone:
        take(f"{TWO}3;Molen;;;\n", strict=True)
    assert counts(undone.value.report) == (2, 0, 0, 1)
    assert number_stored() == 0
    assert db.session.scalar(select(func.count(AuditEvent.id))) == 0
    assert counts(take(TWO, strict=True)) == (2, 0, 0, 0)


def test_a_dry_run_tells_what_would_change_and_writes_nothing(take: Take) -> None:
    take(TWO)
    revision = read_revision(db.session(), Counter.NETWORK)
    with pytest.raises(NothingKept) as undone:
        take(TWO.replace("Kerk", "Grote Kerk") + "3;Molen;52.71;6.48;\n", dry_run=True)
    assert counts(undone.value.report) == (1, 1, 1, 0)
    assert {cabinet.name for cabinet in stored().values()} == {"Buurthuis", "Kerk"}
    assert read_revision(db.session(), Counter.NETWORK) == revision


def test_a_row_that_the_database_refuses_leaves_nothing_and_spoils_no_other(take: Take) -> None:
    with transaction() as session:
        session.execute(text(REFUSE_SERIAL_NUMBER[db.engine.dialect.name]))
    report = take(
        "id;naam;lat;lon;serienummer\n1;Huis;52.71;6.47;A\n2;Kerk;52.72;6.47;BAD\n3;Molen;52.73;6.47;C\n"
    )
    assert counts(report) == (2, 0, 0, 1)
    assert reasons(report) == {3: "the database refuses it; import the file once more"}
    assert {cabinet.name for cabinet in stored().values()} == {"Huis", "Molen"}
    assert db.session.scalar(select(func.count(Device.id))) == 2


REFUSE_SERIAL_NUMBER = {
    "sqlite": """
        CREATE TRIGGER refuse BEFORE INSERT ON device WHEN NEW.serial_number = 'BAD'
        BEGIN SELECT RAISE(ABORT, 'refused by the test'); END
    """,
    "postgresql": "ALTER TABLE device ADD CONSTRAINT refuse CHECK (serial_number <> 'BAD')",
}


def test_a_failure_half_way_leaves_nothing(take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cabinets_in, "BATCH", 1)

    def stop(done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take(TWO, progress=stop)
    assert number_stored() == 0


def test_an_inspection_is_logged_unless_a_later_one_is_known(take: Take) -> None:
    with transaction() as session:
        make_cabinet(session, inspected_on=date(2026, 10, 10), passed=False)
    assert counts(take("ref;laatste controle\nHGV-001;10-10-2026\n")) == (0, 0, 1, 0)
    assert counts(take("ref;laatste controle\nHGV-001;9-10-2026\n")) == (0, 0, 1, 0)
    assert counts(take("ref;laatste controle\nHGV-001;11-10-2026\n")) == (0, 1, 0, 0)
    assert db.session.scalar(select(func.count(Inspection.id))) == 2
    facts = find_cabinet(db.session(), "HGV-001")
    assert facts is not None
    assert (facts.upkeep.inspected_on, facts.upkeep.passed) == (date(2026, 10, 11), True)


def test_a_failed_inspection_stays_failed(take: Take) -> None:
    take("naam;lat;lon;verified_on;inspection_passed\nHuis;52.72;6.47;2026-11-01;no\n")
    assert stored()["HGV-001"].readiness(TODAY) is Readiness.OUT_OF_SERVICE


def test_a_cabinet_entered_by_hand_is_known_again_and_from_then_on_by_its_id(take: Take) -> None:
    with transaction() as session:
        make_cabinet(session, name="Buurthuis", lat=52.7245, lon=6.4788)
    assert counts(take(TWO)) == (1, 0, 1, 0)
    assert counts(take(TWO.replace("Buurthuis", "Ons Huis"))) == (0, 1, 1, 0)
    assert stored()["HGV-001"].name == "Ons Huis"


def test_an_import_is_one_event_in_the_audit_trail(take: Take) -> None:
    take(f"{TWO}3;Molen;;;\n")
    event = db.session.scalars(select(AuditEvent)).one()
    assert (event.action, event.subject) == ("cabinets_imported", "register aed")
    assert event.detail == {"new": "2", "changed": "0", "unchanged": "0", "refused": "1"}


def test_a_mapping_makes_a_strange_file_readable(take: Take) -> None:
    strange = "Wat;Noord;Oost;Opmerking\nHuis;52.72;6.47;x\n"
    with pytest.raises(InvalidFile, match="no heading that is known"):
        take(strange)
    report = take(strange, mapping={"wat": Field.NAME, "noord": Field.LAT, "oost": Field.LON})
    assert counts(report) == (1, 0, 0, 0)
    assert report.unused_headings == ("Opmerking",)


def test_a_file_that_tells_no_position_is_refused_as_a_whole(take: Take) -> None:
    with pytest.raises(InvalidFile, match="needs columns for name and position"):
        take("naam;adres\nHuis;Straat 1\n")


def test_an_invented_cabinet_stays_marked_as_one(take: Take) -> None:
    take("naam;lat;lon;example\nHuis;52.72;6.47;yes\nKerk;52.73;6.47;no\n")
    assert {cabinet.name: cabinet.is_example for cabinet in stored().values()} == {
        "Huis": True,
        "Kerk": False,
    }


@pytest.mark.parametrize(
    ("headings", "cells", "address"),
    [
        ("adres;postcode;plaats", "Straat 1;7901 AB;Hoogeveen", "Straat 1, 7901 AB Hoogeveen"),
        ("straat;huisnummer;plaats", "Straat;1;Hoogeveen", "Straat 1, Hoogeveen"),
        ("address1;address2;address3;city", "Hal 2;Straat 1;Sale;Sale", "Hal 2, Straat 1, Sale"),
        ("adres;straat;huisnummer", "Straat 1;Straat;1", "Straat 1"),
        ("adres;straat;huisnummer", ";Straat;1", "Straat 1"),
        ("adres;postcode", "NA;-", None),
    ],
)
def test_an_address_is_put_together_from_its_parts(
    take: Take, headings: str, cells: str, address: str | None
) -> None:
    take(f"naam;lat;lon;{headings}\nHuis;52.72;6.47;{cells}\n")
    assert stored()["HGV-001"].address == address


def test_progress_counts_every_row(take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cabinets_in, "BATCH", 2)
    told: list[tuple[int, int]] = []
    take(f"{TWO}3;Molen;;;\n", progress=lambda done, total: told.append((done, total)))
    assert told == [(2, 3), (3, 3)]


def test_a_new_border_decides_the_area_of_what_comes_in(take: Take) -> None:
    make_areas(make_area_draft(west=6.45, width=0.035), make_area_draft("wolfsbos", west=6.485))
    take(TWO)
    assert [cabinet.area for cabinet in stored().values()] == ["krakeel", "wolfsbos"]

from collections.abc import Callable
from datetime import date, timedelta
from typing import cast

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from aednet.base.audit import AuditEvent
from aednet.base.context import current
from aednet.base.database import db
from aednet.cabinets.ledger.models import RegistryChange
from aednet.cabinets.ledger.rules import Fact
from aednet.cabinets.models import Cabinet, Consumable, Device
from aednet.cabinets.rules import ConsumableKind, Status
from tests.desk.conftest import BROWSER
from tests.desk.reading import Page
from tests.factories import CENTRE_LAT, CENTRE_LON, FAR_OFF, TODAY
from tests.fakes import MovableClock

See = Callable[..., Page]
Post = Callable[..., TestResponse]
LIST, PAGE = "/desk/kasten", "/desk/kasten/HGV-001"
NEW = {"name": "De Vonk", "status": "in_service", "lat": "52,7245", "lon": "6,4700"}

pytestmark = pytest.mark.usefixtures("coordinator")


@pytest.fixture
def post(client: FlaskClient) -> Post:
    """Send a form as a browser does, a minute after whatever was sent before."""

    def post(address: str, /, *, answers: int = 303, **fields: str) -> TestResponse:
        cast("MovableClock", current().clock).move(timedelta(minutes=1))
        answer = client.post(address, data=fields, headers=BROWSER)
        assert answer.status_code == answers, answer.text
        db.session.rollback()
        return answer

    return post


def stored(ref: str = "HGV-001") -> Cabinet:
    db.session.rollback()
    return db.session.scalars(select(Cabinet).where(Cabinet.ref == ref)).one()


def shown(page: Page) -> dict[str, str]:
    """Return what the fields of a form hold."""
    fields = {one["name"]: one.get("value", "") for one in page.all("input") if "name" in one}
    return fields | {"status": "in_service"}


def trail(action: str) -> list[AuditEvent]:
    return list(db.session.scalars(select(AuditEvent).where(AuditEvent.action == action)))


def test_a_new_cabinet_gets_the_next_number_and_is_in_the_trail(post: Post) -> None:
    answer = post(f"{LIST}/nieuw", **NEW, opening_hours="ma-vr 8:00-18:00", locked="no")
    assert answer.headers["Location"] == f"{LIST}/HGV-003?gedaan=nieuw"
    cabinet = stored("HGV-003")
    assert (cabinet.name, cabinet.lat, cabinet.lon) == ("De Vonk", 52.7245, 6.47)
    assert (cabinet.opening_hours, cabinet.locked, cabinet.indoor) == ("Mo-Fr 08:00-18:00", False, None)
    assert [event.subject for event in trail("cabinet_registered")] == ["cabinet HGV-003"]


def test_a_new_cabinet_sent_twice_is_one_and_later_another_of_that_name_is_refused(post: Post) -> None:
    first = post(f"{LIST}/nieuw", **NEW)
    assert post(f"{LIST}/nieuw", **NEW).headers["Location"] == first.headers["Location"]
    cast("MovableClock", current().clock).move(timedelta(hours=1))
    answer = post(f"{LIST}/nieuw", answers=422, **NEW)
    assert "Op deze plek hangt al een kast met deze naam." in answer.text
    assert db.session.scalar(select(func.count()).select_from(Cabinet)) == 3


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Vul een naam in"),
        ({"lat": ""}, "Zet de speld op de kaart"),
        ({"lat": "noord"}, "Zet de speld op de kaart"),
        ({"lon": "6.55"}, "Deze plek ligt buiten uw smederijen"),
        ({"lat": "6.47", "lon": "52.7"}, "Deze plek ligt buiten uw smederijen, of buiten het netwerk"),
        ({"ref": "HGV-002"}, "Dit nummer heeft al een andere kast"),
        ({"ref": "nieuw"}, "Gebruik alleen letters"),
        ({"ref": "a b"}, "Gebruik alleen letters"),
        ({"status": "mooi"}, "Dit kunnen wij niet gebruiken"),
        ({"name": "x" * 201}, "Dit is te lang"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field_and_nothing_typed_is_lost(
    post: Post, changes: dict[str, str], said: str
) -> None:
    answer = post(f"{LIST}/nieuw", answers=422, **NEW | {"address": "Kerkweg 3"} | changes)
    page = Page(answer.text)
    assert said in page.words
    assert "Er is nog niets opgeslagen" in page.words
    assert shown(page)["address"] == "Kerkweg 3"
    targets = {one["href"] for one in page.all("a") if one["href"].startswith("#")}
    ids = {f"#{attributes['id']}" for _, attributes in page.elements if "id" in attributes}
    assert targets <= ids
    assert db.session.scalar(select(func.count()).select_from(Cabinet)) == 2


def test_the_form_shows_what_is_stored_and_sent_back_changes_nothing(post: Post, see: See) -> None:
    before = stored().updated_at
    fields = shown(see(f"{PAGE}/wijzigen"))
    assert (fields["lat"], fields["lon"]) == (str(CENTRE_LAT), str(CENTRE_LON))
    post(f"{PAGE}/wijzigen", **fields, opening_hours="24/7")
    assert stored().updated_at == before
    assert trail("cabinet_changed") == []


def test_hours_are_read_back_before_they_are_stored(post: Post) -> None:
    answer = post(f"{PAGE}/wijzigen", answers=200, stap="lees", name="De Vonk", opening_hours="za 9:00-12:00")
    page = Page(answer.text)
    assert "Dit lezen wij: za 09:00-12:00" in page.words
    assert "De Vonk" in [one.get("value") for one in page.all("input")]
    assert stored().name == "Buurthuis HGV-001"
    answer = post(f"{PAGE}/wijzigen", answers=200, stap="lees", opening_hours="vraag Jan")
    assert "Dit kunnen wij niet zeker lezen." in Page(answer.text).words


def test_of_two_who_change_the_same_cabinet_the_second_is_told_and_overwrites_nothing(
    post: Post, see: See
) -> None:
    mine = theirs = shown(see(f"{PAGE}/wijzigen"))
    post(f"{PAGE}/wijzigen", **theirs | {"name": "De Vonk"}, opening_hours="24/7")
    answer = post(
        f"{PAGE}/wijzigen", answers=409, **mine | {"address": "Kerkweg 3"}, opening_hours="Mo 08:00-12:00"
    )
    page = Page(answer.text)
    assert (stored().name, stored().address) == ("De Vonk", None)
    assert "Gewijzigd: naam" in page.words
    assert page.tables[0][1:] == [
        ["Naam net veranderd", "De Vonk", "Buurthuis HGV-001"],
        ["Adres", "niets", "Kerkweg 3"],
        ["Openingstijden", "24/7", "Mo 08:00-12:00"],
    ]
    again = shown(page)
    assert (again["name"], again["address"]) == ("Buurthuis HGV-001", "Kerkweg 3")
    post(f"{PAGE}/wijzigen", **again | {"name": "De Vonk"}, opening_hours="24/7")
    assert (stored().name, stored().address) == ("De Vonk", "Kerkweg 3")


def test_a_change_sent_twice_is_one(post: Post, see: See) -> None:
    fields = shown(see(f"{PAGE}/wijzigen")) | {"name": "De Vonk"}
    for _ in range(2):
        post(f"{PAGE}/wijzigen", **fields, opening_hours="24/7")
    assert len(trail("cabinet_changed")) == 1


def test_a_cabinet_is_retired_once_and_not_on_a_page_gone_stale(post: Post, see: See) -> None:
    old = shown(see(f"{PAGE}/vervallen"))
    fields = shown(see(f"{PAGE}/wijzigen"))
    post(f"{PAGE}/wijzigen", **fields | {"name": "De Vonk"}, opening_hours="24/7")
    assert "Gewijzigd: naam" in Page(post(f"{PAGE}/vervallen", answers=409, **old).text).words
    assert stored().status is Status.IN_SERVICE
    fresh = shown(see(f"{PAGE}/vervallen"))
    for _ in range(2):
        post(f"{PAGE}/vervallen", **fresh)
    assert (stored().status, stored().fails_on) == (Status.RETIRED, date.min)
    assert len(trail("cabinet_retired")) == 1


# What hangs in it


def current_battery() -> Consumable:
    return db.session.scalars(
        select(Consumable)
        .where(Consumable.kind == ConsumableKind.BATTERY, Consumable.removed_on.is_(None))
        .join(Device)
        .join(Cabinet)
        .where(Cabinet.ref == "HGV-001")
    ).one()


def name_model(post: Post, see: See, model: str) -> None:
    post(f"{PAGE}/aed", **shown(see(f"{PAGE}/aed")) | {"model": model})


def test_a_battery_without_a_date_lasts_as_long_as_in_that_model(post: Post, see: See) -> None:
    name_model(post, see, "HeartStart FRx")
    page = see(f"{PAGE}/vervangen/battery")
    assert "in dit model 4 jaar mee: vandaag geplaatst tot en met zo 24 november 2030" in page.words
    for _ in range(2):
        post(f"{PAGE}/vervangen/battery", **shown(page))
    battery = current_battery()
    assert (battery.installed_on, battery.expires_on) == (TODAY, date(2030, 11, 24))
    assert stored().battery_expires_on == date(2030, 11, 24)
    assert len(trail("consumable_replaced")) == 1
    gone = db.session.scalars(select(Consumable).where(Consumable.removed_on.is_not(None))).one()
    assert (gone.kind, gone.expires_on, gone.removed_on) == (ConsumableKind.BATTERY, FAR_OFF, TODAY)
    told = db.session.scalars(select(RegistryChange).where(RegistryChange.fact == Fact.BATTERY)).one()
    assert told.new_value == "2030-11-24"
    words = see(PAGE).words
    assert "Geplaatst op di 24 november. Gaat in dit model 4 jaar mee." in words


@pytest.mark.parametrize(
    ("sent", "expires_on"),
    [
        ({"expires_on": "2028-01-31"}, date(2028, 1, 31)),
        ({"expires_on": "31-01-2035"}, date(2029, 11, 24)),
        ({"install_before_on": "2027-06-30"}, date(2029, 11, 24)),
        ({"install_before_on": "2026-06-30"}, date(2026, 6, 30)),
    ],
)
def test_of_a_date_on_a_battery_and_its_installed_life_the_earlier_counts(
    post: Post, see: See, sent: dict[str, str], expires_on: date
) -> None:
    post(f"{PAGE}/vervangen/battery", **shown(see(f"{PAGE}/vervangen/battery")) | sent)
    assert current_battery().expires_on == expires_on


def test_the_date_printed_on_pads_counts_whatever_the_model(post: Post, see: See) -> None:
    fields = shown(see(f"{PAGE}/vervangen/pads_adult"))
    post(f"{PAGE}/vervangen/pads_adult", **fields | {"expires_on": "2031-05-31"})
    assert stored().pads_expire_on == date(2031, 5, 31)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"installed_on": ""}, "Vul dit vak in."),
        ({"installed_on": "2027-01-01"}, "Deze dag moet nog komen."),
        ({"expires_on": "gisteren"}, "Vul een dag in, zoals 24-11-2027."),
        ({"install_before_on": "1066-01-01"}, "Vul een dag in, zoals 24-11-2027."),
    ],
)
def test_days_that_cannot_be_are_refused(post: Post, see: See, sent: dict[str, str], said: str) -> None:
    fields = shown(see(f"{PAGE}/vervangen/battery")) | sent
    assert said in Page(post(f"{PAGE}/vervangen/battery", answers=422, **fields).text).words
    assert current_battery().expires_on == FAR_OFF


def test_of_two_who_put_in_a_battery_the_second_is_told(post: Post, see: See) -> None:
    fields = shown(see(f"{PAGE}/vervangen/battery"))
    post(f"{PAGE}/vervangen/battery", **fields | {"expires_on": "2028-01-31"})
    answer = post(f"{PAGE}/vervangen/battery", answers=409, **fields | {"expires_on": "2029-01-31"})
    page = Page(answer.text)
    assert "Vervangen: batterij" in page.words
    assert page.tables[0][1][1:] == ["2028-01-31", "2029-01-31"]
    assert current_battery().expires_on == date(2028, 1, 31)


def test_a_device_is_corrected_or_replaced_and_the_old_one_is_kept(post: Post, see: See) -> None:
    name_model(post, see, "CR2")
    assert (
        db.session.scalar(select(func.count()).select_from(Device).where(Device.removed_on.is_not(None))) == 0
    )
    fields = shown(see(f"{PAGE}/aed"))
    assert fields["model"] == "CR2"
    for _ in range(2):
        post(f"{PAGE}/aed", stap="andere", **fields | {"model": "FRx", "pads_adult_expire_on": "2027-02-01"})
    gone = db.session.scalars(select(Device).where(Device.removed_on.is_not(None))).one()
    assert (gone.model, gone.removed_on) == ("CR2", TODAY)
    assert stored().pads_expire_on == date(2027, 2, 1)
    assert len(trail("device_replaced")) == 1
    assert "FRx" in see(PAGE).words


def test_of_two_who_change_the_device_the_second_is_told(post: Post, see: See) -> None:
    fields = shown(see(f"{PAGE}/aed"))
    post(f"{PAGE}/aed", **fields | {"model": "CR2"})
    page = Page(post(f"{PAGE}/aed", answers=409, **fields | {"serial_number": "7"}).text)
    assert ["Model net veranderd", "CR2", "niets"] in page.tables[0]
    assert ["Serienummer", "niets", "7"] in page.tables[0]
    assert db.session.scalars(select(Device.serial_number)).first() is None


@pytest.mark.parametrize("form", ["wijzigen", "aed", "vervangen/battery", "vervallen"])
def test_a_form_of_another_area_or_another_site_does_nothing(client: FlaskClient, form: str) -> None:
    assert client.post(f"{LIST}/HGV-002/{form}", data=NEW, headers=BROWSER).status_code == 404
    foreign = {**BROWSER, "Sec-Fetch-Site": "cross-site"}
    assert client.post(f"{PAGE}/{form}", data=NEW, headers=foreign).status_code == 403
    assert stored("HGV-002").status is Status.IN_SERVICE

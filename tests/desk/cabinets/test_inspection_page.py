import threading
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from aednet.accounts.rules import Role
from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.cabinets.care.checklist import Answer, Item
from aednet.cabinets.care.models import Finding, InspectionPhoto
from aednet.cabinets.care.photos import LARGEST_PHOTO
from aednet.cabinets.care.queries import list_findings, list_inspections
from aednet.cabinets.drafts import DeviceDraft
from aednet.cabinets.models import Inspection
from aednet.cabinets.queries import find_device
from aednet.cabinets.services import put_device
from tests.desk.conftest import BROWSER
from tests.desk.reading import Page
from tests.factories import FAR_OFF, TODAY, make_token

See = Callable[..., Page]
SignIn = Callable[..., None]
PAGE = "/desk/kasten/HGV-001/controle"
OTHER = "/desk/kasten/HGV-002/controle"
DATES = {"pads_adult_expire_on": FAR_OFF.isoformat(), "battery_expires_on": FAR_OFF.isoformat()}
FORM = {
    "inspected_on": TODAY.isoformat(),
    **dict.fromkeys(Item, "ok"),
    **DATES,
    **{f"shown_{name}": value for name, value in DATES.items()},
    "pads_child_expire_on": "",
    "shown_pads_child_expire_on": "",
    "note": "",
}


def photo(size: tuple[int, int] = (40, 30)) -> bytes:
    made = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "Piet Voorbeeld"
    Image.new("RGB", size, "green").save(made, "JPEG", exif=exif)
    return made.getvalue()


def send(client: FlaskClient, address: str = PAGE, **changes: Any) -> TestResponse:
    form = {name: value for name, value in (FORM | changes).items() if value is not None}
    if isinstance(sent := form.get("photo"), bytes):
        form["photo"] = FileStorage(BytesIO(sent), filename="vakantie.svg")
    boundary, body = encode_multipart(form)
    kind = f"multipart/form-data; boundary={boundary}"
    return client.post(address, data=body, headers=BROWSER, content_type=kind)


def logged(number: int) -> int:
    db.session.rollback()
    wanted = select(func.count()).select_from(Inspection).where(Inspection.cabinet_id == number)
    return (db.session.scalar(wanted) or 0) - 1  # one is there from the start


@pytest.mark.usefixtures("coordinator")
def test_a_round_past_the_checklist_is_logged_and_leads_back_to_the_cabinet(
    client: FlaskClient, see: See, cabinet_id: int
) -> None:
    page = see(PAGE)
    asked = {field["name"] for field in page.all("input") if field.get("type") == "radio"}
    assert asked == set(Item)  # in November the heating too
    given = {field["name"]: field["value"] for field in page.all("input") if field.get("type") == "date"}
    assert given == {**DATES, "pads_child_expire_on": "", "inspected_on": TODAY.isoformat()}
    answer = send(client, kit="not_ok", note="Schaar weg.")
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        "/desk/kasten/HGV-001?gedaan=controle#zorg",
    )
    newest = list_inspections(db.session(), cabinet_id, limit=1)[0]
    assert (newest.passed, newest.note, newest.recorded_by) == (True, "Schaar weg.", "coordinator 1")
    assert newest.answers == dict.fromkeys(Item, Answer.OK) | {Item.KIT: Answer.NOT_OK}


@pytest.mark.usefixtures("coordinator")
def test_sent_twice_it_is_logged_once_and_a_photo_forgotten_the_first_time_joins_it(
    client: FlaskClient, cabinet_id: int
) -> None:
    for photos in ({}, {"photo": photo()}, {"photo": photo()}):
        assert send(client, **photos).status_code == 303
    assert logged(cabinet_id) == 1
    assert db.session.scalar(select(func.count()).select_from(InspectionPhoto)) == 1


def test_two_taps_at_once_log_one_inspection(app: APIFlask, cabinet_id: int) -> None:
    headers = make_token("krakeel", role=Role.COORDINATOR)
    start, statuses = threading.Barrier(3), []

    def tap() -> None:
        start.wait()
        answer = app.test_client().post(PAGE, data=FORM | {"kit": "not_ok"}, headers=headers)
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=tap) for _ in range(start.parties)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (statuses, logged(cabinet_id)) == ([303] * 3, 1)
    assert len(list_findings(db.session(), cabinet_id)) == 1


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"indicator": ""}, "Kijk hier ook naar."),
    ({"door": None}, "Kijk hier ook naar."),
    ({"battery_expires_on": "2026-11-23"}, "De datum is voorbij."),
    ({"battery_expires_on": "morgen"}, "Vul een datum in"),
    ({"inspected_on": "2026-11-25"}, "niet later dan vandaag"),
    ({"inspected_on": "niets"}, "niet later dan vandaag"),
    ({"kit": "misschien"}, "Kijk hier ook naar."),
    ({"note": "x" * 1_001}, "hoogstens 1.000 tekens"),
    ({"note": "\u202e"}, "alleen gewone letters"),
    ({"photo": b"%PDF-1.7"}, "geen foto die wij kunnen lezen"),
    ({"photo": b"\xff\xd8" + b"\0" * LARGEST_PHOTO}, "te groot"),
]


@pytest.mark.usefixtures("coordinator")
def test_what_cannot_be_is_said_beside_the_field_and_nothing_typed_is_lost(
    client: FlaskClient, cabinet_id: int
) -> None:
    for changes, words in REFUSED:
        answer = send(client, **{"signs": "not_ok", "note": "De <b>sticker</b> bladdert."} | changes)
        page = Page(answer.text)
        assert answer.status_code == 422
        assert page.words.count(words) == 2  # in the summary and beside the field
        (link,) = [link["href"] for link in page.all("a") if link["href"].startswith("#")][1:]
        assert link[1:] in {element.get("id") for _, element in page.elements}
        assert "signs-not_ok" in [field.get("id") for field in page.all("input") if "checked" in field]
        assert ("De &lt;b&gt;sticker&lt;/b&gt; bladdert." in answer.text) == ("note" not in changes)
        for name in changes.keys() & {"battery_expires_on", "inspected_on"}:
            assert f'value="{changes[name]}"' in answer.text
    assert logged(cabinet_id) == 0


@pytest.mark.usefixtures("coordinator")
def test_a_body_beyond_all_reason_is_refused_and_no_other_form_takes_a_large_one(
    client: FlaskClient, cabinet_id: int
) -> None:
    assert send(client, photo=b"\0" * 3 * LARGEST_PHOTO).status_code == 413
    for address in ("code/nieuw", "beheerders/zoeken", "na-gebruik/1"):
        large = send(client, f"/desk/kasten/HGV-001/{address}", photo=b"\0" * 2_000_000)
        assert large.status_code == 413
    assert logged(cabinet_id) == 0


@pytest.mark.usefixtures("coordinator")
def test_a_date_that_changed_meanwhile_is_shown_beside_what_was_typed_and_sent_again_it_holds(
    client: FlaskClient, see: See, cabinet_id: int
) -> None:
    see(PAGE)
    with transaction() as session:
        put_device(
            session,
            cabinet_id,
            DeviceDraft.model_validate({"pads_adult_expire_on": "2028-03-31"}),
            fields=["pads_adult_expire_on"],
        )
    stale = send(client, pads_adult_expire_on="2027-01-31")
    assert stale.status_code == 409
    assert "nu staat er 2028-03-31" in Page(stale.text).words
    assert 'value="2027-01-31"' in stale.text
    assert logged(cabinet_id) == 0
    shown = {
        field["name"]: field["value"]
        for field in Page(stale.text).all("input")
        if field["name"].startswith("shown_")
    }
    assert send(client, pads_adult_expire_on="2027-01-31", **shown).status_code == 303
    device = find_device(db.session(), cabinet_id)
    assert device is not None
    assert device.pads_adult_expire_on is not None
    assert device.pads_adult_expire_on.isoformat() == "2027-01-31"


@pytest.mark.usefixtures("coordinator")
def test_a_photo_is_handed_out_as_a_picture_of_which_nobody_keeps_a_copy(
    client: FlaskClient, cabinet_id: int
) -> None:
    send(client, photo=photo((2_000, 1_000)))
    number = list_inspections(db.session(), cabinet_id, limit=1)[0].id
    answer = client.get(f"{PAGE}/{number}/foto")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert Image.open(BytesIO(answer.data)).size == (1_600, 800)
    assert b"Piet" not in answer.data
    assert client.get(f"{OTHER}/{number}/foto").status_code == 404
    assert client.get(f"{PAGE}/{number - 1}/foto").status_code == 404
    assert "no-store" in client.get(f"{PAGE}").headers["Cache-Control"]


def test_a_photo_is_seen_by_whoever_may_see_the_cabinet_and_by_nobody_else(
    client: FlaskClient, cabinet_id: int
) -> None:
    own = make_token("krakeel", role=Role.COORDINATOR)
    assert (
        client.post(PAGE, data=FORM | {"photo": (BytesIO(photo()), "x.jpg")}, headers=own).status_code == 303
    )
    number = list_inspections(db.session(), cabinet_id, limit=1)[0].id
    address = f"{PAGE}/{number}/foto"
    viewer = make_token("krakeel", email="kijker@aednet.example", role=Role.VIEWER)
    foreign = make_token("wolfsbos", email="ander@aednet.example", role=Role.COORDINATOR)
    statuses = [client.get(address, headers=headers).status_code for headers in (own, viewer, foreign, {})]
    assert statuses == [200, 200, 404, 401]


def test_a_viewer_and_a_coordinator_of_another_area_inspect_and_tick_off_nothing(
    client: FlaskClient, cabinet_id: int
) -> None:
    own = make_token("krakeel", role=Role.COORDINATOR)
    client.post(PAGE, data=FORM | {"kit": "not_ok"}, headers=own)
    (finding,) = list_findings(db.session(), cabinet_id)
    tick = f"/desk/kasten/HGV-001/bevinding/{finding.id}/verholpen"
    viewer = make_token("krakeel", email="kijker@aednet.example", role=Role.VIEWER)
    foreign = make_token("wolfsbos", email="ander@aednet.example", role=Role.COORDINATOR)
    for headers, status in ((viewer, 403), (foreign, 404), ({}, 401)):
        assert client.get(PAGE, headers=headers).status_code == status
        assert client.post(PAGE, data=FORM | {"signs": "not_ok"}, headers=headers).status_code == status
        assert client.post(tick, headers=headers).status_code == status
    assert (
        client.post(f"/desk/kasten/HGV-002/bevinding/{finding.id}/verholpen", headers=foreign).status_code
        == 404
    )
    assert logged(cabinet_id) == 1
    assert [one.id for one in list_findings(db.session(), cabinet_id)] == [finding.id]
    for _ in range(2):
        answer = client.post(tick, headers=own)
        assert answer.headers["Location"] == "/desk/kasten/HGV-001?gedaan=verholpen#zorg"
    db.session.rollback()
    assert db.session.get_one(Finding, finding.id).remedied_by == "coordinator 1"


@pytest.mark.usefixtures("coordinator")
def test_a_retired_cabinet_is_not_inspected(client: FlaskClient, cabinet_id: int) -> None:
    client.delete("/api/v1/cabinets/HGV-001")
    assert send(client).status_code == 409
    assert logged(cabinet_id) == 0

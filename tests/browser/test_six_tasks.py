"""The six commonest tasks of a coordinator with an evening a week, begun on the page of what needs doing."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from tests.browser.conftest import PASSWORD
from tests.browser.test_public_pages import picture

SIZES = {"phone": (390, 844), "desk": (1280, 900)}
LOOKED_AT: set[tuple[str, str]] = set()  # the pages on which barriers were looked for, at which size


class Evening:
    """A coordinator at work. What is pressed counts, what is filled in does not."""

    def __init__(self, page: Page, size: str) -> None:
        self.page, self.size, self.presses = page, size, 0
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})

    def first(self, kind: str, words: str) -> Locator:
        """Return the first thing to do of a kind whose next step is called so; from here on presses count."""
        self.page.goto(f"/desk?soort={kind}")
        self.look()
        self.presses = 0
        step = self.page.get_by_role("link", name=re.compile(words))
        return self.page.locator(".todo-row").filter(has=step).first

    def press(self, what: Locator) -> None:
        with self.page.expect_navigation():
            what.click()
        self.presses += 1
        self.look()

    def begin(self, row: Locator) -> str:
        """Take the next step of something to do; returns the number of its cabinet."""
        ref = row.locator(".ref").inner_text()
        self.press(row.locator(".button"))
        return ref

    def is_told(self, words: str) -> None:
        expect(self.page.get_by_role("status").first).to_contain_text(words)

    def look(self) -> None:
        """Look for barriers and for what is too wide; a page of one sort is looked at once a size."""
        sort = re.sub(r"HGV-\d+|\d+|[?#].*", "", self.page.url)
        assert self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), sort
        if (sort, self.size) not in LOOKED_AT:
            LOOKED_AT.add((sort, self.size))
            violations = Axe().run(self.page).response["violations"]
            assert [(sort, v["id"], [n["html"] for n in v["nodes"]]) for v in violations] == []


@pytest.fixture(params=SIZES)
def evening(request: pytest.FixtureRequest, visitor: Page, session: list[Any]) -> Evening:
    visitor.context.add_cookies(session)
    return Evening(visitor, request.param)


@pytest.fixture(scope="module")
def session(browser: Browser, demo: str) -> Iterator[list[Any]]:
    """What the browser of somebody keeps who signed in."""
    context = browser.new_context(base_url=demo)
    page = context.new_page()
    page.goto("/aanmelden?next=/desk")
    page.get_by_label("E-mailadres").fill("demo@aednet.example")
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.locator("main").get_by_role("button").click()
    page.wait_for_url("**/desk")
    yield context.cookies()
    context.close()


def today() -> date:
    return datetime.now(ZoneInfo("Europe/Amsterdam")).date()


def photo() -> FilePayload:
    kept = BytesIO()
    Image.new("RGB", (640, 480), "seagreen").save(kept, "JPEG")
    return {"name": "kast.jpg", "mimeType": "image/jpeg", "buffer": kept.getvalue()}


def test_the_evening_begins_with_a_list_and_the_menu_beside_it(visitor: Page, session: list[Any]) -> None:
    visitor.context.add_cookies(session)
    visitor.set_viewport_size({"width": 1280, "height": 900})
    visitor.goto("/desk")
    menu, first = (
        visitor.locator(".menu ul").bounding_box(),
        visitor.locator(".todo-row").first.bounding_box(),
    )
    assert menu
    assert first
    assert menu["x"] + menu["width"] <= first["x"]
    expect(visitor.get_by_role("link", name="Mijn account")).to_be_in_viewport()
    expect(visitor.locator(".menu [aria-current]")).to_have_text("Te doen")
    picture(visitor, "desk.png")
    visitor.goto("/desk/grenzen/smederij/krakeel")
    expect(visitor.locator(".menu [aria-current]")).to_have_text("Smederijen")


def test_a_check_is_logged_with_its_list_and_a_photo(evening: Evening) -> None:
    page, row = evening.page, evening.first("check", "^Vul de controle in")
    ref = evening.begin(row)
    for answer in page.get_by_role("radio", name="In orde", exact=True).all():
        answer.check()
    page.get_by_label("Foto").set_input_files(photo())
    evening.press(page.get_by_role("button", name="Controle opslaan"))
    assert evening.presses == 2
    evening.is_told("De controle is opgeslagen.")
    expect(page.locator(".state-line")).to_contain_text("vandaag")
    expect(page.get_by_role("img", name=re.compile("^Foto bij de controle van")).first).to_be_visible()
    page.goto("/desk?soort=check")
    expect(page.locator(".todo-row", has_text=ref)).to_have_count(0)


def test_what_lapsed_is_replaced_and_the_cabinet_is_ready_again(evening: Evening) -> None:
    page, row = evening.page, evening.first("out_of_service", "^Vervang de (elektroden|batterij)")
    evening.begin(row)
    expect(page.get_by_label("Geplaatst op")).to_have_value(today().isoformat())
    page.get_by_label(re.compile("^Houdbaar tot en met")).fill(f"{today() + timedelta(days=900)}")
    evening.press(page.get_by_role("button", name="Vervanging opslaan"))
    assert evening.presses == 2
    evening.is_told("De vervanging is opgeslagen.")
    expect(page.locator(".state-line .badge-ready")).to_be_visible()


def test_a_cabinet_without_guardian_gets_one(evening: Evening) -> None:
    page, row = evening.page, evening.first("guardian", "^Zoek een beheerder")
    ref = evening.begin(row)
    evening.press(page.get_by_role("button", name=re.compile("^Maak beheerder")).first)
    assert evening.presses == 2
    evening.is_told("Opgeslagen.")
    page.goto("/desk?soort=guardian")
    expect(page.locator(".todo-row", has_text=ref)).to_have_count(0)


def test_a_report_is_closed(evening: Evening) -> None:
    page, row = evening.page, evening.first("report", "^Lees de melding")
    open_ones = page.locator(".todo-row").count()
    ref = evening.begin(row)
    evening.press(page.locator(".entry", has_text=ref).get_by_role("button", name=re.compile("^Afgehandeld")))
    assert evening.presses == 2
    evening.is_told("De melding is afgehandeld.")
    page.goto("/desk?soort=report")
    expect(page.locator(".todo-row")).to_have_count(open_ones - 1)


def test_an_aed_that_was_used_goes_back_into_service(evening: Evening) -> None:
    page = evening.page
    page.goto("/desk/kasten/HGV-016/na-gebruik")
    page.get_by_role("button", name="De AED is gebruikt").click()
    row = evening.first("after_use", "^Maak hem klaar").page.locator(".todo-row", has_text="HGV-016")
    evening.begin(row)
    for step in page.get_by_role("checkbox").all():
        step.check()
    page.get_by_label("Datum op de elektroden").fill(f"{today() + timedelta(days=700)}")
    evening.press(page.get_by_role("button", name="Opslaan wat is gedaan"))
    assert evening.presses == 2
    evening.is_told("De AED hangt weer klaar.")
    page.goto("/desk?soort=after_use")
    expect(row).to_have_count(0)


def test_what_was_entered_at_the_registry_is_ticked_off(evening: Evening) -> None:
    page, row = evening.page, evening.first("ledger", "^Voer in")
    ref = evening.begin(row)
    card = page.locator(".ledger-row", has_text=ref).first
    evening.press(card.get_by_role("button", name=re.compile("ngevoerd")).last)
    assert evening.presses == 2
    evening.is_told("Afgevinkt.")
    page.goto("/desk?soort=ledger")
    expect(page.locator(".todo-row", has_text=ref)).to_have_count(0)


def test_a_training_is_planned_people_are_asked_and_who_was_there_gets_the_date(evening: Evening) -> None:
    page, row = evening.page, evening.first("certificate", "^Plan een cursus")
    evening.press(row.locator(".button"))
    expect(page.get_by_label("Dorp, wijk of postcode")).not_to_be_empty()
    page.get_by_label("Gebouw en adres").fill("Voorbeeldzaal")
    page.get_by_label("Dag", exact=True).fill(f"{today() + timedelta(days=9)}")
    evening.press(page.get_by_role("button", name="Cursus plannen"))
    assert evening.presses == 2
    evening.is_told("De cursus is gepland. Wie bij Uitgenodigd staat, krijgt een sms.")
    name = page.locator(".row-plain a").first.inner_text()
    page.get_by_role("button", name=re.compile(rf"^Komt ?: {name}")).click()

    yesterday = today() - timedelta(days=1)  # the day comes and goes
    page.get_by_role("link", name="Cursus wijzigen").click()
    page.get_by_label("Dag", exact=True).fill(yesterday.isoformat())
    page.get_by_role("button", name="Cursus opslaan").click()
    page.get_by_role("group", name=name).get_by_label("Was er", exact=True).check()
    evening.press(page.get_by_role("button", name="Aanwezigheid opslaan"))
    evening.is_told("Wie er was, is genoteerd.")
    evening.press(page.get_by_role("link", name=name))
    expect(page.locator(".certificate-current")).to_contain_text(str(yesterday.year + 1))
    expect(page.get_by_role("row", name=re.compile("Voorbeeldzaal"))).to_be_visible()


def test_without_scripts_the_menu_unfolds_and_a_change_is_ticked_off(
    browser: Browser, demo: str, session: list[Any]
) -> None:
    context = browser.new_context(base_url=demo, java_script_enabled=False)
    context.add_cookies(session)
    evening = Evening(context.new_page(), "phone")
    page = evening.page
    page.goto("/desk")
    link = page.get_by_role("link", name="HartslagNu", exact=True)
    expect(link).to_be_hidden()
    page.get_by_text("Menu", exact=True).click()
    link.click()
    page.get_by_role("button", name=re.compile("ngevoerd")).first.click()
    evening.is_told("Afgevinkt.")
    context.close()

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from icalendar import Calendar
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD

SIZES = {"phone": (390, 844), "tablet": (768, 1024), "desk": (1280, 900), "narrow": (320, 640)}


def sign_in(page: Page, then: str = "/desk") -> None:
    page.goto(f"/aanmelden?next={then}")
    page.get_by_label("E-mailadres").fill("demo@aednet.example")
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.locator("main").get_by_role("button").click()
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_to_do_page_is_free_of_barriers_and_never_wider_than_its_window(
    visitor: Page, scheme: str, size: str
) -> None:
    width, height = SIZES[size]
    visitor.set_viewport_size({"width": width, "height": height})
    visitor.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    sign_in(visitor)
    visitor.locator("details.todo-more summary").first.click()
    violations = Axe().run(visitor).response["violations"]
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in violations] == []
    assert visitor.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    targets = visitor.locator("main :is(.button, .chip, .todo-areas a, summary)")
    heights = [box["height"] for one in targets.all() if (box := one.bounding_box())]
    assert heights
    assert min(heights) >= 44


def test_the_list_begins_with_what_is_most_urgent_and_is_narrowed_by_kind_and_area(visitor: Page) -> None:
    sign_in(visitor)
    bands = visitor.locator(".todo-band").all_inner_texts()
    assert bands[:3] == ["Hier wacht iemand op", "Hier kunt u nu niet op rekenen", "Te laat"]
    total = int(visitor.locator(".todo-total strong").inner_text())
    assert 30 < total < 150
    visitor.get_by_role("link", name=re.compile(r"^Controles \d+")).click()
    shown = visitor.locator(".todo-row")
    count = int(re.sub(r"\D", "", visitor.locator(".chip[aria-current]").inner_text()))
    expect(shown).to_have_count(count)
    area = shown.first.locator(".soft").inner_text().split(" · ")[0]
    visitor.get_by_role("navigation", name="Per smederij").get_by_role(
        "link", name=re.compile(rf"^{re.escape(area)} \d")
    ).click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text(f"Te doen in {area}")
    assert 1 <= shown.count() <= count


def test_something_remedied_is_ticked_off_with_one_click_and_gone_from_the_list(visitor: Page) -> None:
    sign_in(visitor)
    rows = visitor.locator(".todo-row", has=visitor.get_by_role("button", name=re.compile("^Verholpen")))
    before = rows.count()
    assert before > 0
    name = rows.last.get_by_role("link").inner_text()
    rows.last.get_by_role("button").click()
    visitor.goto("/desk?soort=finding")
    expect(visitor.locator(".todo-row")).to_have_count(before - 1)
    expect(visitor.locator(".todo-row", has_text=name)).to_have_count(0)


def test_a_calendar_address_is_made_and_read_and_ended(visitor: Page) -> None:
    sign_in(visitor, "/mijn-account")
    visitor.get_by_role("button", name="Maak een adres voor mijn agenda").click()
    address = visitor.locator(".secret").inner_text()
    path = "/agenda/" + Path(address).name
    calendar = Calendar.from_ical(visitor.request.get(path).body())
    assert len(calendar.walk("VEVENT")) > 30
    visitor.get_by_role("link", name="Terug naar mijn account").click()
    visitor.get_by_role("button", name="Stop met dit adres").click()
    expect(visitor.get_by_role("status")).to_have_text("Het adres van uw agenda werkt niet meer.")
    assert visitor.request.get(path).status == 404

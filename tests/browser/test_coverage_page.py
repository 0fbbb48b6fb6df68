import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PASSWORD

DAY, NIGHT = (f"/desk/coverage?radius=500&day=tuesday&hour={hour}" for hour in (14, 3))
SIZES = {"phone": (390, 844), "tablet": (768, 1024), "desk": (1280, 900), "narrow": (320, 640)}


def sign_in(page: Page, then: str) -> None:
    page.goto(f"/aanmelden?next={then.replace('&', '%26')}")
    page.get_by_label("E-mailadres").fill("demo@aednet.example")
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.locator("main").get_by_role("button").click()
    page.wait_for_load_state("networkidle")


def reached(page: Page) -> int:
    """The percentage of the inhabitants who are reached."""
    return int(page.locator(".figures strong").first.inner_text().strip("%<>"))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_coverage_page_is_free_of_barriers_and_never_wider_than_its_window(
    visitor: Page, scheme: str, size: str
) -> None:
    width, height = SIZES[size]
    visitor.set_viewport_size({"width": width, "height": height})
    visitor.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    sign_in(visitor, NIGHT)
    expect(visitor.locator(".gap-label").first).to_be_visible()
    violations = Axe().run(visitor).response["violations"]
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in violations] == []
    assert visitor.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_sliding_from_day_to_night_by_keyboard_redraws_map_and_figures_without_a_new_page(
    visitor: Page,
) -> None:
    sign_in(visitor, DAY)
    by_day = reached(visitor)
    circles = visitor.locator("path.circle-reach")
    expect(circles.first).to_be_attached()
    open_by_day = circles.count()
    visitor.evaluate("window.isStillThisPage = true")
    visitor.get_by_label("Uur van de dag").focus()
    for _ in range(11):
        visitor.keyboard.press("ArrowLeft")
    expect(visitor.locator(".lead")).to_contain_text("om 03:00")
    expect(visitor).to_have_url(re.compile("hour=3"))
    expect(circles).not_to_have_count(open_by_day)
    assert circles.count() < open_by_day
    assert reached(visitor) < by_day
    assert visitor.get_by_label("Uur van de dag").get_attribute("aria-valuetext") == "03:00 uur"
    assert visitor.evaluate("window.isStillThisPage")


def test_a_radius_that_cannot_be_is_said_beside_the_field_and_the_page_stays(visitor: Page) -> None:
    sign_in(visitor, DAY)
    visitor.get_by_label("Straal in meter").fill("20000")
    expect(visitor.get_by_text("Vul een straal in van 1 tot en met 10.000 meter.")).to_be_visible()
    visitor.get_by_role("link", name="1.000 m").click()
    expect(visitor).to_have_url(re.compile("radius=1000"))
    expect(visitor.get_by_text("Vul een straal in")).to_be_hidden()


def test_a_gap_in_the_list_leads_to_the_map_and_back(visitor: Page) -> None:
    sign_in(visitor, DAY)
    visitor.locator("button.gap-name").first.click()
    popup = visitor.locator(".leaflet-popup")
    expect(popup).to_contain_text(re.compile(r"Witte vlek in .+ inwoners op .+ km²"))
    visitor.keyboard.press("Escape")
    expect(popup).to_have_count(0)
    visitor.get_by_role("button", name="Heel het gebied").click()
    expect(visitor.get_by_role("button", name="Heel het gebied")).to_be_hidden()


def test_without_a_script_the_form_answers_in_tables(browser: Browser, demo: str) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=demo)
    page = context.new_page()
    sign_in(page, DAY)
    page.get_by_label("Dag", exact=True).select_option("zaterdag")
    page.get_by_label("Uur van de dag").focus()
    page.keyboard.press("Home")
    page.get_by_role("button", name="Toon").click()
    expect(page.locator(".lead")).to_contain_text(re.compile(r"Op za .+ om 00:00"))
    assert page.locator(".figures-table tbody tr").count() == 24
    context.close()

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

PHONE, TABLET, DESK = (
    {"width": 390, "height": 844},
    {"width": 768, "height": 1024},
    {"width": 1280, "height": 900},
)
SCREENSHOTS = os.environ.get("AEDNET_TEST_SCREENSHOTS")


def picture(page: Page, name: str) -> None:
    """Keep a picture of the page where the run asks for pictures; the README shows one of them."""
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / name)


@pytest.mark.parametrize("size", [PHONE, TABLET, DESK], ids=["phone", "tablet", "desk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path", ["/", "/?plaats=Pesse", "/?plaats=Nergenshuizen", "/c/HGV-001", "/api/v1/docs"]
)
def test_a_page_is_free_of_barriers_and_never_wider_than_its_window(
    visitor: Page, path: str, scheme: str, size: dict[str, int]
) -> None:
    visitor.set_viewport_size(size)  # type: ignore[arg-type]
    visitor.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    visitor.goto(path, wait_until="networkidle")
    violations = Axe().run(visitor).response["violations"]
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in violations] == []
    assert visitor.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_first_view_on_a_phone_has_112_the_button_and_the_place_field(visitor: Page) -> None:
    visitor.set_viewport_size(PHONE)  # type: ignore[arg-type]
    visitor.goto("/")
    expect(visitor.get_by_role("link", name="Bel 112")).to_have_attribute("href", "tel:112")
    for thing in (
        visitor.get_by_role("link", name="Bel 112"),
        visitor.get_by_role("button", name="Dichtstbijzijnde AED"),
        visitor.get_by_label("Plaats, wijk of postcode"),
    ):
        expect(thing).to_be_in_viewport()
    picture(visitor, "front-page-phone.png")


def test_the_big_button_lists_the_nearest_cabinets(visitor: Page) -> None:
    visitor.goto("/")
    visitor.get_by_role("button", name="Dichtstbijzijnde AED").click()
    rows = visitor.locator("[data-list] li")
    expect(rows.first).to_contain_text(" m")
    expect(rows).to_have_count(10)
    assert "lat=" not in visitor.url


def test_whoever_does_not_say_where_they_are_is_told_what_to_do(context: BrowserContext, demo: str) -> None:
    context.clear_permissions()
    page = context.new_page()
    page.goto(demo)
    page.get_by_role("button", name="Dichtstbijzijnde AED").click()
    expect(page.locator("[data-nearby-message]")).to_contain_text("Typ hieronder een plaats of postcode")


def test_a_place_is_found_without_script(browser, demo: str) -> None:  # type: ignore[no-untyped-def]
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(demo)
    page.get_by_label("Plaats, wijk of postcode").fill("pesse")
    page.get_by_role("button", name="Zoek").click()
    expect(page.locator("[data-list] li").first).to_contain_text("Pesse")
    page.locator("[data-list] li a").first.click()
    expect(page.get_by_role("link", name="Bel 112")).to_be_visible()
    context.close()


def test_the_map_shows_areas_and_cabinets_with_their_credit(visitor: Page) -> None:
    visitor.set_viewport_size(DESK)  # type: ignore[arg-type]
    visitor.goto("/", wait_until="networkidle")
    expect(visitor.locator(".leaflet-interactive, .leaflet-marker-icon").first).to_be_visible()
    expect(visitor.locator("#kaart")).to_contain_text("Kadaster / Centraal Bureau voor de Statistiek")
    picture(visitor, "front-page.png")


def test_every_screen_says_that_the_cabinets_are_invented(visitor: Page) -> None:
    for path in ("/", "/c/HGV-001"):
        visitor.goto(path)
        expect(visitor.get_by_text("Voorbeeldgegevens")).to_be_visible()


def test_a_problem_is_reported_from_the_cabinets_page_and_nothing_typed_is_lost(visitor: Page) -> None:
    visitor.set_viewport_size(PHONE)  # type: ignore[arg-type]
    visitor.goto("/c/HGV-002")
    form = visitor.locator("form[method=post]")
    visitor.get_by_text("Er is iets mis").first.click()
    form.get_by_role("textbox").fill("Het deurtje <b>klemt</b>.")
    form.evaluate("form => { form.noValidate = true }")
    form.get_by_role("button").click()
    expect(form.get_by_role("textbox")).to_have_value("Het deurtje <b>klemt</b>.")  # no kind was chosen
    form.get_by_role("radio").first.check()
    form.get_by_role("button").click()
    expect(visitor.get_by_text("Dank u")).to_be_visible()

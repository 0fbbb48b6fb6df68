"""Registering as a volunteer, as somebody does who has never been here; all of it invented."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


def fill(
    page: Page, *, name: str = "Ida Voorbeeld", phone: str = "06-12345678", place: str = "Pesse"
) -> None:
    page.get_by_label("Voornaam en achternaam").fill(name)
    page.get_by_label("Mobiel nummer").fill(phone)
    page.get_by_label("Dorp, wijk of postcode").fill(place)
    page.get_by_label("Reanimeren").check()
    page.get_by_label("Nee", exact=True).check()
    page.get_by_label("Doordeweeks ’s avonds").check()
    page.get_by_label("Op de fiets").check()
    page.get_by_label("Ja, dit mag").check()


def enter_code(page: Page) -> None:
    """Type the code that the demo shows in place of a message."""
    expect(page.get_by_role("heading", name="Vul de code in")).to_be_visible()
    shown = page.locator(".message").inner_text()
    page.get_by_label("Code uit de sms").fill("".join(filter(str.isdecimal, shown)))
    page.get_by_role("button", name="Aanmelden").click()


def is_free_of_barriers(page: Page) -> None:
    violations = Axe().run(page).response["violations"]
    assert [(found["id"], [node["html"] for node in found["nodes"]]) for found in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_step_is_free_of_barriers_and_never_wider_than_its_window(
    visitor: Page, size: dict[str, int], scheme: str
) -> None:
    visitor.set_viewport_size(size)  # type: ignore[arg-type]
    visitor.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    visitor.goto("/join")
    is_free_of_barriers(visitor)
    visitor.get_by_text("Of wijs uw huis aan op de kaart").click()
    visitor.get_by_role("button", name="Zet de speld in het midden").click()
    expect(visitor.get_by_text("De speld staat")).to_be_visible()
    is_free_of_barriers(visitor)
    fill(visitor)
    visitor.get_by_role("button", name="Verder").click()
    expect(visitor.get_by_role("heading", name="Klopt dit?")).to_be_visible()
    is_free_of_barriers(visitor)
    visitor.get_by_role("button", name="Aanmelden").click()
    expect(visitor.get_by_role("heading", name="Vul de code in")).to_be_visible()
    is_free_of_barriers(visitor)
    visitor.get_by_label("Code uit de sms").fill("geen code")
    visitor.get_by_role("button", name="Aanmelden").click()
    expect(visitor.get_by_role("alert")).to_contain_text("Deze code klopt niet")
    is_free_of_barriers(visitor)
    visitor.goto("/join/dank")
    is_free_of_barriers(visitor)


def test_somebody_registers_on_a_phone_and_sees_the_area_before_sending(visitor: Page) -> None:
    visitor.set_viewport_size(PHONE)  # type: ignore[arg-type]
    visitor.goto("/join")
    fill(visitor)
    visitor.get_by_role("button", name="Verder").click()
    expect(visitor.get_by_text("+31 6 12345678")).to_be_visible()
    expect(visitor.locator("dd strong")).to_have_text("Pesse")
    expect(visitor.get_by_text("begint u als AED-haler")).to_be_visible()
    visitor.get_by_role("button", name="Aanmelden").click()
    enter_code(visitor)
    expect(visitor.get_by_role("heading", name="Bedankt")).to_be_visible()
    assert visitor.url.endswith("/join/dank")


def test_a_pin_counts_and_stays_when_somebody_goes_back_to_change(visitor: Page) -> None:
    visitor.goto("/join")
    fill(visitor)
    visitor.get_by_text("Of wijs uw huis aan op de kaart").click()
    visitor.get_by_role("button", name="Ik ben nu thuis").click()
    expect(visitor.get_by_text("De speld staat in Centrum")).to_be_visible()
    visitor.get_by_role("button", name="Verder").click()
    expect(visitor.locator("dd strong")).to_have_text("Centrum")
    visitor.get_by_role("button", name="Terug, wijzigen").click()
    expect(visitor.get_by_text("De speld staat in Centrum")).to_be_visible()
    expect(visitor.get_by_label("Reanimeren")).to_be_checked()
    visitor.get_by_role("button", name="Haal de speld weg").click()
    visitor.get_by_role("button", name="Verder").click()
    expect(visitor.locator("dd strong")).to_have_text("Pesse")


def test_without_a_script_a_typed_place_is_enough(browser: Browser, demo: str) -> None:
    context = browser.new_context(base_url=demo, java_script_enabled=False, viewport=PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/join")
    expect(page.get_by_text("Of wijs uw huis aan op de kaart")).to_be_hidden()
    fill(page, phone="06-12345679", place="7901 AB")
    page.get_by_role("button", name="Verder").click()
    page.get_by_role("button", name="Aanmelden").click()
    enter_code(page)
    expect(page.get_by_role("heading", name="Bedankt")).to_be_visible()
    context.close()


def test_a_fault_is_gone_to_from_the_summary_and_nothing_typed_is_lost(page: Page, demo: str) -> None:
    page.goto(f"{demo}/join")
    fill(page, phone="0528 123456")
    page.get_by_role("button", name="Verder").click()
    page.get_by_role("alert").get_by_role("link", name="vast nummer").click()
    expect(page.get_by_label("Mobiel nummer")).to_be_focused()
    expect(page.get_by_label("Mobiel nummer")).to_have_value("0528 123456")
    expect(page.get_by_label("Voornaam en achternaam")).to_have_value("Ida Voorbeeld")
    expect(page.get_by_label("Op de fiets")).to_be_checked()

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.test_coverage_page import sign_in

PAGES = (
    "/desk/hartslagnu",
    "/desk/hartslagnu/ingevoerd",
    "/desk/grafieken",
    "/desk/grafieken?smederij=krakeel&periode=jaar",
    "/desk/begroting",
    "/desk/begroting/prijzen",
    "/desk/begroting/bestellen",
    "/desk/begroting/bestellingen",
)


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_the_pages_of_ledger_charts_and_budget_are_free_of_barriers_and_never_wider_than_their_window(
    visitor: Page, width: int, scheme: str
) -> None:
    visitor.set_viewport_size({"width": width, "height": 900})
    visitor.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    sign_in(visitor, PAGES[0])
    for page in PAGES:
        visitor.goto(page)
        visitor.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        violations = Axe().run(visitor).response["violations"]
        assert [(page, v["id"], [n["html"] for n in v["nodes"]]) for v in violations] == []
        assert visitor.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page


def test_a_change_is_ticked_off_and_taken_back_by_keyboard(visitor: Page) -> None:
    sign_in(visitor, PAGES[0])
    button = visitor.get_by_role("button", name=re.compile("^Ingevoerd.*Wijkkantoor"))
    button.focus()
    visitor.keyboard.press("Enter")
    expect(visitor.get_by_role("status")).to_contain_text("Afgevinkt.")
    expect(button).to_have_count(0)
    visitor.get_by_role("button", name=re.compile("^Toch niet.*Wijkkantoor")).press("Enter")
    expect(visitor.get_by_role("status")).to_contain_text("Teruggedraaid.")
    expect(button).to_be_visible()

import json
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD

DRAWING = "/desk/grenzen/smederij/krakeel"
WIDE = {"width": 1280, "height": 900}


def sign_in(page: Page, then: str) -> None:
    page.goto(f"/aanmelden?next={then}")
    page.get_by_label("E-mailadres").fill("demo@aednet.example")
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.locator("main").get_by_role("button").click()
    page.wait_for_load_state("networkidle")


def draw(page: Page) -> None:
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    sign_in(page, DRAWING)
    page.locator(".corner").first.wait_for()


def border_of(page: Page) -> list[list[float]]:
    drawn: dict[str, Any] = json.loads(page.locator("#border").input_value())
    assert drawn["type"] == "Polygon"
    ring: list[list[float]] = drawn["coordinates"][0]
    assert ring[0] == ring[-1]
    return ring[:-1]


def free_middle(page: Page) -> int:
    """Return which of the small circles lies farthest from every corner."""
    found = page.evaluate(
        """() => {
          const centre = (element) => {
            const { x, y, width, height } = element.getBoundingClientRect();
            return [x + width / 2, y + height / 2];
          };
          const corners = [...document.querySelectorAll(".corner")].map(centre);
          const room = [...document.querySelectorAll(".middle")].map(centre).map(([x, y]) =>
            Math.min(...corners.map(([cx, cy]) => Math.hypot(x - cx, y - cy))));
          return room.indexOf(Math.max(...room));
        }"""
    )
    return int(found)


def test_a_corner_is_dragged_added_and_taken_away_and_each_step_can_be_taken_back(visitor: Page) -> None:
    draw(visitor)
    before = border_of(visitor)
    expect(visitor.locator(".corner")).to_have_count(len(before))
    corner = visitor.locator(".corner").nth(2)
    corner.scroll_into_view_if_needed()
    box = corner.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    visitor.mouse.move(x, y)
    visitor.mouse.down()
    visitor.mouse.move(x + 30, y + 20, steps=5)
    visitor.mouse.up()
    moved = border_of(visitor)
    assert [a == b for a, b in zip(before, moved, strict=True)].count(False) == 1
    assert moved[2][0] > before[2][0]
    assert moved[2][1] < before[2][1]
    visitor.locator(".middle").nth(free_middle(visitor)).click()
    added = border_of(visitor)
    assert len(added) == len(before) + 1
    visitor.get_by_role("button", name="Haal het gekozen punt weg").click()
    assert border_of(visitor) == moved
    for expected in (added, moved, before):
        visitor.get_by_role("button", name="Een stap terug").click()
        assert border_of(visitor) == expected
    expect(visitor.get_by_role("button", name="Een stap terug")).to_be_disabled()


def test_a_corner_is_moved_and_taken_away_with_the_keyboard(visitor: Page) -> None:
    draw(visitor)
    before = border_of(visitor)
    corner = visitor.get_by_role("button", name="Punt 5 van de grens.")
    corner.focus()
    visitor.keyboard.press("ArrowUp")
    visitor.keyboard.press("ArrowUp")
    moved = border_of(visitor)
    assert moved[4][1] > before[4][1]
    visitor.keyboard.press("Delete")
    assert border_of(visitor) == before[:4] + before[5:]


def test_what_was_drawn_is_looked_at_and_turned_down(visitor: Page) -> None:
    draw(visitor)
    visitor.get_by_role("button", name="Punt 5 van de grens.").focus()
    visitor.keyboard.press("ArrowUp")
    visitor.get_by_label("Van wie komt deze grens?").fill("bewoners (voorbeeld)")
    visitor.get_by_role("button", name="Kijk wat er verandert").click()
    expect(visitor.get_by_role("heading", name="Andere grens voor Krakeel")).to_be_visible()
    expect(visitor.locator(".border-new")).to_have_count(1)
    expect(visitor.locator(".border-now")).to_have_count(1)
    visitor.get_by_role("button", name="Wijs het voorstel af").click()
    expect(visitor.get_by_role("status").first).to_contain_text("De grens blijft zoals hij is.")


def test_a_border_that_is_new_begins_with_three_clicks_on_the_map(visitor: Page) -> None:
    visitor.set_viewport_size(WIDE)  # type: ignore[arg-type]
    sign_in(visitor, "/desk/grenzen/nieuw")
    canvas = visitor.locator("[data-map-canvas]")
    canvas.scroll_into_view_if_needed()
    for x, y in ((300, 200), (400, 200), (400, 300)):
        assert visitor.locator("#border").input_value() == ""
        canvas.click(position={"x": x, "y": y})
    assert len(border_of(visitor)) == 3
    canvas.click(position={"x": 200, "y": 300})
    assert len(border_of(visitor)) == 3


@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 1280)])
def test_the_pages_are_free_of_barriers_and_never_wider_than_their_window(
    visitor: Page, scheme: str, width: int
) -> None:
    visitor.set_viewport_size({"width": width, "height": 900})
    visitor.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    sign_in(visitor, "/desk/smederijen")
    for address in (
        "/desk/smederijen",
        "/desk/smederijen/krakeel",
        DRAWING,
        f"{DRAWING}/weg",
        "/desk/grenzen/nieuw",
        "/desk/spoor?wat=account+1",
        "/mijn-account",
        "/mijn-account/code",
    ):
        visitor.goto(address)
        visitor.wait_for_load_state("networkidle")
        violations = Axe().run(visitor).response["violations"]
        assert [(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in violations] == []
        assert visitor.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

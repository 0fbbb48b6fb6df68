import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.test_todo_page import sign_in

SIZES = {"phone": (390, 844), "desk": (1280, 900)}
LIST = "/desk/berichten"


def has_no_barriers(page: Page) -> None:
    violations = Axe().run(page).response["violations"]
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    targets = page.locator("main :is(.button, .back a, textarea)")
    assert min(box["height"] for one in targets.all() if (box := one.bounding_box())) >= 44


@pytest.mark.parametrize("size", SIZES)
def test_the_messages_are_free_of_barriers_and_never_wider_than_their_window(
    visitor: Page, size: str
) -> None:
    width, height = SIZES[size]
    visitor.set_viewport_size({"width": width, "height": height})
    sign_in(visitor, LIST)
    has_no_barriers(visitor)
    visitor.locator(".post", has_text="Hoe laat begint de cursus?").get_by_role("link").click()
    theirs = visitor.locator(".bubble-theirs").first.bounding_box()
    ours = visitor.locator(".bubble-ours").first.bounding_box()
    assert theirs
    assert ours
    assert theirs["x"] < ours["x"]
    has_no_barriers(visitor)
    visitor.get_by_role("button", name="Verstuur het antwoord").click()
    expect(visitor.get_by_role("alert")).to_contain_text("Schrijf wat u wilt antwoorden.")
    has_no_barriers(visitor)


def test_a_message_is_read_answered_and_gone_from_what_waits(visitor: Page) -> None:
    sign_in(visitor)
    visitor.get_by_role("link", name="Berichten", exact=True).click()
    row = visitor.locator(".post", has_text="Ik ben volgende week op vakantie")
    row.get_by_role("link").click()
    expect(visitor.locator(".is-unread")).to_have_count(2)
    visitor.get_by_label("Uw antwoord").fill("Dank u wel. Wij vragen de reserve. Groet, het voorbeeldnetwerk")
    visitor.get_by_role("button", name="Verstuur het antwoord").click()
    expect(visitor.get_by_role("status")).to_have_text("Uw antwoord gaat weg, als 1 sms.")
    expect(visitor.locator(".is-unread")).to_have_count(0)
    expect(visitor.get_by_text(re.compile("Wij vragen de reserve")).first).to_be_visible()
    visitor.goto(LIST)
    expect(row).to_have_count(0)
    stranger = visitor.locator(".post", has_text="Wie is dit?")
    stranger.get_by_role("button").click()
    expect(visitor.get_by_role("status")).to_have_text("Genoteerd als gelezen.")
    expect(stranger).to_have_count(0)

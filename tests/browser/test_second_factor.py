import re

import pyotp
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD


def sign_in(page: Page, then: str) -> None:
    page.goto(f"/aanmelden?next={then}")
    page.get_by_label("E-mailadres").fill("demo@aednet.example")
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.locator("main").get_by_role("button").click()


def test_a_code_is_asked_for_once_the_phone_showed_the_right_one(visitor: Page) -> None:
    sign_in(visitor, "/mijn-account/code")
    visitor.get_by_label("Uw wachtwoord van nu").fill(PASSWORD)
    visitor.get_by_role("button", name="Ga verder").click()
    picture = visitor.locator(".picture svg")
    expect(picture).to_be_visible()
    box = picture.bounding_box()
    assert box is not None
    assert box["width"] >= 200
    secret = visitor.locator("p.secret").inner_text().replace(" ", "")
    assert Axe().run(visitor).response["violations"] == []
    visitor.get_by_label("Welke code ziet u nu op uw telefoon?").fill(pyotp.TOTP(secret).now())
    visitor.get_by_role("button", name="Zet het aan").click()
    codes = visitor.locator(".recovery li").all_inner_texts()
    visitor.get_by_role("link", name="Ik heb ze bewaard").click()
    visitor.get_by_role("button", name="Uitloggen").click()
    sign_in(visitor, "/mijn-account/code")
    visitor.get_by_label("Code").fill(codes[0])
    visitor.get_by_role("button", name="Inloggen").click()
    expect(visitor).to_have_url(re.compile("/mijn-account/code$"))
    visitor.get_by_label("Uw wachtwoord van nu").fill(PASSWORD)
    visitor.get_by_label("Code van uw telefoon").fill(codes[1])
    visitor.get_by_role("button", name="Zet inloggen met een code uit").click()
    expect(visitor.get_by_role("status")).to_contain_text("Inloggen met een code staat uit.")

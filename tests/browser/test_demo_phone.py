"""The whole round in the real demo: its pages, its worker and its clock, as somebody new tries it."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PASSWORD, running_demo

ARRIVES_WITHIN_MS = 60_000  # seconds, on a machine that does nothing else
SEVERAL_TICKS_MS = 6_000  # the worker looks every two seconds
SIZES = {"phone": (390, 844), "desk": (1280, 900)}
A_CHECK = re.compile(r"AED (\d+) \((?P<name>[^)]+)\): graag deze week controleren")


@pytest.fixture(scope="module")
def own_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A demo of these tests' own, for they move its clock."""
    with running_demo(tmp_path_factory.mktemp("instance")) as address:
        yield address


@pytest.fixture
def trier(browser: Browser, own_demo: str) -> Iterator[Page]:
    """Somebody who tries the demo; every complaint of their browser fails the test."""
    context = browser.new_context(base_url=own_demo, locale="nl-NL", timezone_id="Europe/Amsterdam")
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield page
    context.close()
    assert [one for one in complaints if "status of 422" not in one] == []


def move(page: Page, button: str) -> None:
    page.get_by_role("button", name=button).click()
    expect(page.locator(".demo-time")).to_contain_text("10:00")


def answer(page: Page, text: str) -> None:
    page.get_by_label("Antwoord", exact=True).fill(text)
    page.get_by_role("button", name="Versturen").click()
    expect(page.locator(".bubble.is-own p").last).to_have_text(text)


def see_arrive(page: Page, words: str) -> None:
    """Wait until a message arrives on the telephone that lies open."""
    expect(page.locator(".bubble:not(.is-own)").last).to_contain_text(words, timeout=ARRIVES_WITHIN_MS)


def open_phone_with_a_check(page: Page) -> str:
    """Open the telephone of somebody who was asked for a check. Returns the number of the cabinet."""
    page.goto("/demo/phone")
    addresses = [one.get_attribute("href") or "" for one in page.locator(".demo-phones a").all()]
    for address in addresses:
        page.goto(address)
        told = page.locator(".bubble:not(.is-own)")
        if address.endswith("coordinator") or not told.count():
            continue
        if (asked := A_CHECK.search(told.last.inner_text())) and not page.locator(".is-own").count():
            return asked[1]
    raise AssertionError("nobody was asked for a check")


def wait_for_messages(page: Page) -> None:
    """Wait until the worker has sent what a move of the clock brought."""
    page.goto("/demo/phone/coordinator")
    see_arrive(page, "vandaag 10:0")
    page.wait_for_timeout(SEVERAL_TICKS_MS)
    page.goto("/demo/phone")


def sign_in(page: Page) -> None:
    page.goto("/aanmelden?next=/desk")
    page.get_by_label("E-mailadres").fill("demo@aednet.example")
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.locator("main").get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Te doen")


def bubbles(page: Page) -> int:
    return page.locator(".bubble").count()


def test_a_check_arrives_ok_turns_the_cabinet_ready_and_what_is_not_understood_stands_on_the_desk(
    trier: Page,
) -> None:
    trier.goto("/demo/phone")
    expect(trier.get_by_text("geen bericht verlaat deze computer")).to_be_visible()
    move(trier, "Naar morgen, 10:00")
    wait_for_messages(trier)
    number = open_phone_with_a_check(trier)
    phone, cabinet = trier.url, f"/c/HGV-{int(number):03d}"
    trier.goto(cabinet)
    expect(trier.locator(".badge").first).to_have_attribute("data-readiness", "due")
    trier.goto(phone)
    answer(trier, f"OK {number}")
    see_arrive(trier, "controle genoteerd")
    trier.goto(cabinet)
    expect(trier.locator(".badge").first).to_have_attribute("data-readiness", "ready")
    trier.goto(phone)
    answer(trier, "blub")
    see_arrive(trier, "Dat begrijpen wij niet")
    answer(trier, "blub blub")
    trier.wait_for_timeout(SEVERAL_TICKS_MS)
    assert trier.get_by_text("Dat begrijpen wij niet").count() == 1
    sign_in(trier)
    trier.goto("/desk/berichten")
    expect(trier.get_by_role("main")).to_contain_text("blub")


def test_stop_ends_messages_also_a_month_later_and_who_is_signed_in_stays_so(trier: Page) -> None:
    trier.goto("/demo/phone")
    move(trier, "Een week verder")
    wait_for_messages(trier)
    open_phone_with_a_check(trier)
    phone = trier.url
    answer(trier, "STOP")
    said = bubbles(trier)
    sign_in(trier)
    trier.goto("/demo/phone/coordinator")
    digests = bubbles(trier)
    move(trier, "Een maand verder")
    expect(trier.locator(".bubble")).not_to_have_count(digests, timeout=ARRIVES_WITHIN_MS)
    trier.goto("/desk")
    expect(trier.get_by_role("heading", level=1)).to_contain_text("Te doen")
    trier.goto(phone)
    trier.wait_for_timeout(SEVERAL_TICKS_MS)
    assert bubbles(trier) == said


def test_the_telephone_works_without_a_script(browser: Browser, own_demo: str) -> None:
    context = browser.new_context(base_url=own_demo, java_script_enabled=False)
    page = context.new_page()
    page.goto("/demo/phone")
    page.get_by_label("Wiens telefoon").fill("Pekel")
    page.get_by_role("button", name="Zoeken").click()
    page.locator(".demo-phones a").first.click()
    answer(page, "blub")
    for _ in range(30):
        if page.locator(".bubble:not(.is-own)").count():
            break
        page.wait_for_timeout(1_000)
        page.get_by_role("link", name="Verversen").click()
    newest = page.locator(".bubble:not(.is-own)").last
    expect(newest).to_contain_text("begrijpen wij niet")
    expect(newest).to_be_in_viewport()
    context.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_free_of_barriers_and_never_wider_than_their_window(
    trier: Page, scheme: str, size: str
) -> None:
    trier.set_viewport_size({"width": SIZES[size][0], "height": SIZES[size][1]})
    trier.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for path in ("/demo/phone", "/demo/phone/coordinator"):
        trier.goto(path)
        violations = Axe().run(trier).response["violations"]
        assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in violations] == []
        assert trier.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        targets = trier.locator("main :is(.button, .demo-phones a)").all()
        assert min(box["height"] for one in targets if (box := one.bounding_box())) >= 44


def test_an_answer_that_is_empty_says_so_beside_the_field(trier: Page) -> None:
    trier.goto("/demo/phone/coordinator")
    trier.get_by_role("button", name="Versturen").click()
    expect(trier.get_by_role("alert")).to_have_text("Typ eerst een antwoord, zoals OK 17.")
    assert Axe().run(trier).response["violations"] == []

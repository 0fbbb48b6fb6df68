import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import chain, product
from pathlib import Path

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from jinja2 import nodes
from jinja2.ext import babel_extract

import aednet
from aednet.web.layout import STATIC, asset, leaflet_asset
from tests.factories import make_areas, make_cabinets

PACKAGE = Path(aednet.__file__).parent
TEMPLATES = sorted(PACKAGE.rglob("templates/**/*.html"))
SCRIPTS = sorted(STATIC.rglob("*.js"))
BROWSER = {"Accept": "text/html"}
ATTRIBUTE = re.compile(r'[a-z-]+="[^"]*"')  # a macro may hold nothing but attributes
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(1)>"
PAGES = {
    "/": 200,
    "/?plaats=Pesse": 200,
    "/?plaats=Nergenshuizen": 200,
    "/c/HGV-001": 200,
    "/c/HGV-002?dank=1": 200,
    "/c/HGV-999": 404,
    "/api/v1/docs": 200,
}


class Page(HTMLParser):
    """A page taken apart: its elements with their attributes, and the words between them."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """One database will do: none of this depends on which."""
    path = tmp_path / "aednet.sqlite3"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=PAGES)
def page(client: FlaskClient, request: pytest.FixtureRequest) -> Page:
    make_areas()
    make_cabinets(
        {"name": MARKUP, "location": MARKUP, "opening_hours": MARKUP},
        {"name": "Buurthuis", "access": "yes", "locked": True, "opening_hours": "Mo-Fr 08:00-18:00"},
        {"is_example": True},
    )
    answer = client.get(request.param, headers=BROWSER)
    assert answer.status_code == PAGES[request.param]
    return Page(answer.text)


def test_a_page_brings_nothing_inline_and_nothing_from_elsewhere(page: Page) -> None:
    assert not page.all("style")
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name == "style" or name.startswith("on")]
        if tag == "script":
            assert attributes["src"].startswith(("/static/", "/leaflet/"))
        if tag == "link":
            assert attributes["href"].startswith(("/static/", "/leaflet/"))


def test_markup_in_what_others_wrote_stays_words(page: Page) -> None:
    assert not page.all("img")
    assert not [script for script in page.all("script") if "src" not in script]


def test_a_page_has_what_makes_it_readable_for_everybody(page: Page) -> None:
    assert page.all("html")[0]["lang"] == "nl"
    assert len(page.all("h1")) == len(page.all("main")) == len(page.all("title")) == 1
    assert page.all("main")[0]["id"] == page.all("a")[0]["href"].removeprefix("#")  # the skip link
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    named = {label.get("for") for label in page.all("label")}
    for field in [*page.all("input"), *page.all("textarea")]:
        assert field["id"] in named


def test_a_page_says_that_cabinets_are_invented(page: Page) -> None:
    assert any("Voorbeeldgegevens" in words for words in page.words)


def test_112_is_one_touch_away_wherever_a_cabinet_is_shown(client: FlaskClient) -> None:
    make_cabinets({})
    for path in ("/", "/?plaats=Pesse", "/c/HGV-001", "/nowhere"):
        links = Page(client.get(path, headers=BROWSER).text).all("a")
        assert "tel:112" in [link["href"] for link in links]


def test_real_cabinets_are_not_called_invented(client: FlaskClient) -> None:
    make_cabinets({})
    assert "Voorbeeldgegevens" not in client.get("/").text


def test_an_empty_network_says_so(client: FlaskClient) -> None:
    assert "Er is hier nog geen AED-kast" in client.get("/").text


def test_a_place_that_nobody_knows_is_answered_with_what_to_try(client: FlaskClient) -> None:
    answer = client.get("/", query_string={"plaats": f"Nergenshuizen {MARKUP}"})
    assert "Typ een dorp, een wijk of een postcode" in answer.text
    assert MARKUP not in answer.text


def test_a_place_outside_the_network_is_as_unknown_as_any(open_app: object) -> None:
    client = open_app(extent=(0.0, 40.0, 1.0, 41.0)).test_client()  # type: ignore[operator]
    answer = client.get("/?plaats=Pesse")
    assert answer.status_code == 200
    assert "Wij kennen" in answer.text


def test_a_report_that_cannot_be_kept_comes_back_as_it_was_typed(client: FlaskClient) -> None:
    make_cabinets({})
    text = "Het deurtje <b>klemt</b>. " * 60
    answer = client.post("/c/HGV-001", data={"kind": "damaged", "text": text})
    page = Page(answer.text)
    assert answer.status_code == 422
    assert text in "".join(page.words)
    assert [field["value"] for field in page.all("input") if "checked" in field] == ["damaged"]
    ids = {attributes.get("id") for _, attributes in page.elements}
    assert {"text", "text-error"} <= ids
    assert "#text" in [link["href"] for link in page.all("a")]
    assert "hoogstens 1.000 tekens" in answer.text


@pytest.mark.parametrize(
    "form", [{}, {"lat": "52.7"}, {"lat": "nan", "lon": "6.5"}, {"lat": "6.5", "lon": "52.7"}]
)
def test_a_position_that_cannot_be_used_is_refused_without_repeating_it(
    client: FlaskClient, form: dict[str, str]
) -> None:
    make_areas()
    answer = client.post("/dichtbij", data=form)
    assert answer.status_code == 422
    assert set(answer.get_json()["errors"]) <= {"lat", "lon"}


def test_the_cabinets_near_a_position_come_as_a_part_of_a_page(client: FlaskClient) -> None:
    make_areas()
    make_cabinets({"name": "Ver weg", "lat": 52.78}, {"name": "Dichtbij"})
    answer = client.post("/dichtbij", data={"lat": "52.7245", "lon": "6.4788"})
    page = Page(answer.text)
    assert [row["data-ref"] for row in page.all("li")] == ["HGV-002", "HGV-001"]
    assert "De dichtstbijzijnde is Dichtbij, op 0 m." in answer.text
    assert not page.all("html")
    assert "52.7245" not in answer.text


def test_the_map_library_is_served_from_here_for_a_year(client: FlaskClient) -> None:
    for name in ("leaflet.js", "leaflet.css", "images/layers.png"):
        with client.application.test_request_context():
            address = leaflet_asset(name)
        with client.get(address) as answer:
            assert answer.status_code == 200
            assert "immutable" in answer.headers["Cache-Control"]
    assert client.get("/leaflet/../apps.py").status_code == 404


def test_static_files_may_be_kept_for_a_year_since_another_edition_has_another_address(
    client: FlaskClient,
) -> None:
    with client.application.test_request_context():
        address = asset("js/map.js")
    with client.get(address) as answer:
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
    fingerprint = address.split("/")[2]
    assert client.get(address.replace(fingerprint, "0" * len(fingerprint))).status_code == 404


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_imports_files_that_are_there(script: Path) -> None:
    for name in re.findall(r'from "(.+?)"', script.read_text()):
        assert (script.parent / name).is_file()


def test_every_text_that_a_script_asks_for_is_in_a_template() -> None:
    markup = "".join(path.read_text() for path in TEMPLATES)
    given = set(re.findall(r"data-text-([a-z-]+)=", markup))
    scripts = "".join(path.read_text() for path in SCRIPTS)
    asked = set(re.findall(r"[tT]exts?\.text([A-Z]\w+)|dataset\.text([A-Z]\w+)", scripts))
    reasons = re.findall(r'"([A-Z][a-z]+)"', (STATIC / "js/nearby.js").read_text())
    asked = {_dashed(name) for name in [*chain(*asked), *reasons] if name}
    assert asked
    assert asked <= given


@pytest.mark.parametrize(
    "template",
    [path for path in TEMPLATES if path.name != "apidocs.html"],  # English, for programmers
    ids=lambda path: path.name,
)
def test_every_word_of_a_template_can_be_translated(app: APIFlask, template: Path) -> None:
    left = [
        words for words in _untranslated(app, template.read_text()) if words not in {"aednet", "· aednet"}
    ]
    assert left == []


def test_the_words_of_templates_are_found_by_whoever_translates(app: APIFlask) -> None:
    template = PACKAGE / "coverage/templates/coverage/front.html"
    with template.open("rb") as file:
        found = [message for _, _, message, _ in babel_extract(file, ["_", "gettext", "ngettext"], [], {})]
    assert "Dichtstbijzijnde AED" in found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_colour_stands_out_from_every_ground(scheme: str) -> None:
    colours = _tokens(scheme)
    inks = ("ink", "ink-soft", "brand", "emergency", "ready", "due", "overdue", "out", "unknown")
    for ink, ground in product(inks, ("ground", "surface", "land")):
        assert _contrast(colours[ink], colours[ground]) >= 5.5, (ink, ground)
    for ink, ground in (
        ("ink", "brand-soft"),
        ("on-brand", "brand"),
        ("on-emergency", "emergency"),
        ("surface", "ready"),
    ):
        assert _contrast(colours[ink], colours[ground]) >= 5.5, (ink, ground)


def _untranslated(app: APIFlask, source: str) -> Iterator[str]:
    """Yield what stands in a template's own text between tags, or in an attribute that is read out."""
    tree = app.jinja_env.parse(source)
    markup = "".join(data.data for data in tree.find_all(nodes.TemplateData))
    page = Page(markup)
    read_out = [
        value
        for _, attributes in page.elements
        for name, value in attributes.items()
        if name in {"alt", "aria-label", "title", "placeholder"}
    ]
    for words in [*page.words, *read_out]:
        plain = " ".join(ATTRIBUTE.sub("", words).split())
        if re.search(r"[A-Za-z]{2}", plain):
            yield plain


def _dashed(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def _tokens(scheme: str) -> dict[str, str]:
    light, dark = (STATIC / "css/tokens.css").read_text().split("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", light))
    return found | (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", dark)) if scheme == "dark" else {})


def _contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2 defines it, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

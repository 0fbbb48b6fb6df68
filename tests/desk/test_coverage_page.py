import logging
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from aednet.accounts.guards import permission_of
from aednet.accounts.rules import Permission, Role
from tests.desk.conftest import BROWSER
from tests.desk.reading import Page
from tests.factories import make_area_draft, make_areas, make_cabinets, make_token

Look = Callable[..., Page]
SignIn = Callable[..., None]
PAGE = "/desk/coverage"


@pytest.fixture
def network(app: APIFlask) -> None:
    """One area has a cabinet that is always open; the other has one by day, and one of unknown hours."""
    make_areas(
        make_area_draft(width=0.08, population=2_000), make_area_draft("wolfsbos", west=6.48, population=800)
    )
    make_cabinets(
        {},
        {"lat": 52.73, "lon": 6.52, "opening_hours": "Mo-Fr 08:00-18:00"},
        {"lat": 52.70, "lon": 6.55, "opening_hours": None},
    )


def areas_shown(page: Page) -> list[str]:
    head, *lines = page.tables[0]
    assert head[0] == "Smederij"
    return [line[0] for line in lines]


def test_whoever_is_not_signed_in_is_asked_to_and_comes_back(client: FlaskClient) -> None:
    sent = client.get(f"{PAGE}?radius=250&day=sunday&hour=3", headers=BROWSER)
    assert sent.status_code == 303
    where = urlsplit(sent.headers["Location"])
    assert where.path == "/aanmelden"
    assert parse_qs(where.query)["next"] == [f"{PAGE}?radius=250&day=sunday&hour=3"]
    assert client.get("/desk", headers=BROWSER).headers["Location"] == "/aanmelden?next=/desk"


def test_every_page_of_the_desk_asks_for_the_right_to_see(app: APIFlask) -> None:
    pages = [endpoint for endpoint in app.view_functions if endpoint.startswith("desk.")]
    assert {permission_of(app, endpoint) for endpoint in pages} == {Permission.SEE}


@pytest.mark.usefixtures("network")
def test_the_menu_of_whoever_is_signed_in_leads_here(client: FlaskClient, sign_in: SignIn) -> None:
    assert PAGE not in client.get("/", headers=BROWSER).text
    sign_in()
    (entry,) = [link for link in Page(client.get("/").text).all("a") if link["href"] == PAGE]
    assert "aria-current" not in entry
    (entry,) = [link for link in Page(client.get(PAGE).text).all("a") if link["href"] == PAGE]
    assert entry["aria-current"] == "page"


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize(
    ("hour", "radius"), [(14, "500"), (3, "500"), (14, "1234.5"), (14, "10000"), (14, "1")]
)
def test_the_figures_are_those_of_the_api(
    client: FlaskClient, sign_in: SignIn, look: Look, hour: int, radius: str
) -> None:
    sign_in()
    lines = {line[0]: line for line in look(day="tuesday", hour=hour, radius=radius).tables[0][1:]}
    at = f"2026-11-24T{hour:02}:00"
    told = client.get("/api/v1/coverage", query_string={"radius": radius, "at": at}).get_json()
    gaps = client.get("/api/v1/coverage/gaps", query_string={"radius": radius, "at": at}).get_json()[
        "features"
    ]
    expected = {area["slug"].capitalize(): area for area in told["areas"]} | {"Samen": told["total"]}
    assert lines.keys() == expected.keys()
    for name, figures in expected.items():
        _, people, ground, largest, cabinets, _ = lines[name]
        reached, population = (whole(figures[key]) for key in ("covered_population", "population"))
        assert people.endswith(f"% {reached} van {population}")
        percent = people.split("%")[0].lstrip("<>")
        assert int(percent) == pytest.approx(figures["population_share"] * 100, abs=1)
        covered = float(ground.split("% ")[1].split(" van ")[0].replace(",", "."))
        assert covered == pytest.approx(figures["covered_area_km2"], abs=0.05)
        assert cabinets.split(" van ")[0] == str(figures["cabinets"])
        own = [
            feature["properties"]
            for feature in gaps
            if name in {"Samen", feature["properties"]["area"].capitalize()}
        ]
        assert largest.startswith(f"{whole(own[0]['inhabitants'])} inw." if own else "geen")


@pytest.mark.usefixtures("network")
def test_what_serves_by_day_and_at_night_is_said_in_words_and_why_the_others_do_not(
    sign_in: SignIn, look: Look
) -> None:
    sign_in()
    by_day = look(day="tuesday", hour=14).words
    assert "Op di 24 november om 14:00: 2 van de 3 AED-kasten zijn te gebruiken" in by_day
    assert "1 kast telt dan niet mee Buurthuis HGV-003 openingstijden onbekend" in by_day
    at_night = look(day="tuesday", hour=3).words
    assert "om 03:00: 1 van de 3 AED-kasten is te gebruiken" in at_night
    assert "2 kasten tellen dan niet mee Buurthuis HGV-002 dan dicht" in at_night


@pytest.mark.usefixtures("network")
def test_without_a_question_it_is_the_present_hour_and_another_weekday_is_the_next_such_day(
    sign_in: SignIn, look: Look
) -> None:
    sign_in()
    page = look()
    assert "Op di 24 november om 14:00" in page.words
    chosen = [option["value"] for option in page.all("option") if "selected" in option]
    fields = {field["name"]: field["value"] for field in page.all("input") if "name" in field}
    assert (fields["radius"], fields["hour"], chosen) == ("500", "14", ["tuesday"])
    assert "Op ma 30 november om 14:00" in look(day="monday").words


@pytest.mark.usefixtures("network")
def test_it_says_how_far_and_how_long_the_straight_line_is_on_foot(sign_in: SignIn, look: Look) -> None:
    sign_in()
    words = look(radius=1_000).words
    assert "Wij meten 1,0 km rond elke kast in een rechte lijn; lopend duurt het langer" in words
    assert "ongeveer 1,4 km lopen: 13 min met stevige pas" in words  # 1.4 times as far, at 1.79 m/s


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.VIEWER])
def test_whoever_looks_after_one_area_sees_nothing_of_another(
    sign_in: SignIn, look: Look, role: Role
) -> None:
    sign_in("krakeel", role=role)
    page = look(day="tuesday", hour=3)
    assert areas_shown(page) == ["Krakeel"]
    assert "Wolfsbos" not in page.words
    assert "HGV-002" not in page.words
    assert "1 van de 1 AED-kasten is te gebruiken in uw smederijen" in page.words
    (shown,) = [element for _, element in page.elements if "data-own-areas" in element]
    assert shown["data-own-areas"] == "krakeel"


@pytest.mark.usefixtures("network")
def test_the_area_of_which_the_smallest_share_is_reached_comes_first_and_the_largest_gap_too(
    sign_in: SignIn, look: Look
) -> None:
    sign_in()
    page = look(day="tuesday", hour=3)
    assert areas_shown(page) == ["Wolfsbos", "Krakeel", "Samen"]
    assert re.search(r"1 Krakeel 1\.9\d\d inwoners 2 Wolfsbos 79\d inwoners", page.words)
    gaps = [element for _, element in page.elements if "data-gap" in element]
    assert [gap["data-gap"] for gap in gaps] == ["0", "1"]
    assert all(52.65 < float(gap["data-lat"]) < 52.8 for gap in gaps)


def test_of_several_gaps_in_an_area_the_table_has_the_one_with_most_people(
    sign_in: SignIn, look: Look
) -> None:
    make_areas(make_area_draft(width=0.01))  # so narrow that a cabinet parts it in two
    make_cabinets({"lat": 52.68, "lon": 6.405})
    sign_in()
    page = look(radius=1_000)
    north, south = re.findall(r"[12] Krakeel (\d+) inwoners", page.words)
    assert int(north) > 2 * int(south) > 0
    assert page.tables[0][1][3].startswith(f"{north} inw.")


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize(
    ("query", "bad"),
    [
        ({"radius": "0"}, {"radius"}),
        ({"radius": "50000"}, {"radius"}),
        ({"radius": "10000.1"}, {"radius"}),
        ({"radius": "nan"}, {"radius"}),
        ({"radius": "ver"}, {"radius"}),
        ({"hour": "24"}, {"hour"}),
        ({"hour": "-1"}, {"hour"}),
        ({"hour": "half drie"}, {"hour"}),
        ({"day": "feestdag"}, {"day"}),
        ({"show": "everything"}, {"show"}),
        ({"radius": "0", "hour": "99", "day": "x<b>"}, {"radius", "hour", "day"}),
    ],
)
def test_what_cannot_be_is_said_and_everything_typed_is_kept(
    sign_in: SignIn, look: Look, query: dict[str, str], bad: set[str]
) -> None:
    sign_in()
    asked = {"radius": "600", "hour": "3", "day": "sunday"} | query
    page = look(status=422, **asked)
    assert "Dit kunnen wij niet uitrekenen" in page.words
    links = {link["href"].removeprefix("#") for link in page.all("a")}
    assert {"toon" if name == "show" else name for name in bad} <= links
    invalid = {element["id"] for _, element in page.elements if element.get("aria-invalid") == "true"}
    assert invalid == bad - {"show"}
    chosen = [option["value"] for option in page.all("option") if "selected" in option]
    fields = {field["name"]: field["value"] for field in page.all("input") if "name" in field}
    assert (fields["radius"], fields["hour"], chosen[0]) == (asked["radius"], asked["hour"], asked["day"])


def test_a_network_without_anything_says_so(sign_in: SignIn, look: Look) -> None:
    sign_in()
    words = look().words
    assert "Er zijn nog geen smederijen" in words
    assert "Er zijn nog geen vrijwilligers" in words
    assert "Er hangt nog geen kast" in words


def test_areas_without_cabinets_are_one_gap(sign_in: SignIn, look: Look) -> None:
    make_areas()
    sign_in()
    page = look()
    assert "Er zijn nog geen AED-kasten." in page.words
    assert "Inwoners bereikt 0% 0 van 1.000" in page.words
    assert "Grootste witte vlek 1.000 inwoners, in Krakeel" in page.words


def test_cabinets_without_areas_are_listed_without_figures(sign_in: SignIn, look: Look) -> None:
    make_cabinets({})
    sign_in()
    words = look().words
    assert "Er zijn nog geen smederijen" in words
    assert "Inwoners bereikt" not in words
    assert "Buurthuis HGV-001" in words


def test_people_that_nobody_has_counted_are_unknown_and_never_nought(sign_in: SignIn, look: Look) -> None:
    make_areas(make_area_draft(population=None))
    make_cabinets({})
    sign_in()
    page = look()
    assert "Inwoners bereikt onbekend" in page.words
    assert "aantal inwoners onbekend" in page.words
    assert page.tables[0][1][1] == "onbekend"


@pytest.mark.usefixtures("network")
def test_where_everybody_is_reached_there_is_no_gap(sign_in: SignIn, look: Look) -> None:
    sign_in()
    words = look(radius=10_000, day="tuesday", hour=14).words
    assert "Grootste witte vlek geen" in words
    assert "Geen: overal waar mensen wonen, hangt binnen 10,0 km een kast" in words


def test_of_a_long_list_the_beginning_is_shown_until_all_of_it_is_asked_for(
    sign_in: SignIn, look: Look
) -> None:
    make_areas()
    make_cabinets(*({"opening_hours": None} for _ in range(12)))
    sign_in()
    short, whole_list = look(), look(show="idle")
    for page, shown in ((short, 10), (whole_list, 12)):
        idle = page.words.split("12 kasten tellen dan niet mee")[1].split("Kasten en mensen")[0]
        assert idle.count("openingstijden onbekend") == shown
        assert ("Toon alles (12)" in idle) == (shown == 10)
    assert {"name": "show", "value": "idle"}.items() <= whole_list.all("input")[0].items()


@pytest.mark.usefixtures("network")
def test_markup_is_kept_apart_and_nothing_is_inline(sign_in: SignIn, client: FlaskClient, look: Look) -> None:
    sign_in()
    page = look()
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name == "style" or name.startswith("on")]
        assert tag != "style"
        assert tag != "script" or attributes["src"].startswith(("/static/", "/leaflet/"))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert len(page.all("h1")) == 1
    labelled = {label["for"] for label in page.all("label")}
    assert {field["id"] for field in [*page.all("input"), *page.all("select")]} == labelled
    answer = client.get(PAGE)
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("network")
def test_a_program_with_a_token_may_look_too(client: FlaskClient) -> None:
    headers = make_token("krakeel", role=Role.VIEWER)
    assert client.get(PAGE, headers=headers).status_code == 200
    assert client.get(PAGE).status_code == 401


@pytest.mark.usefixtures("network")
def test_the_log_names_the_page_and_nothing_of_the_question(
    sign_in: SignIn, look: Look, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    sign_in()
    capsys.readouterr()
    with caplog.at_level(logging.DEBUG):
        look(radius=777, day="sunday", hour=3)
    said = capsys.readouterr().err + caplog.text
    assert PAGE in said
    assert "777" not in said


def whole(value: float) -> str:
    """A count as Dutch pages show it."""
    return f"{round(value):,}".replace(",", ".")

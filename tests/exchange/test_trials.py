"""Lists of real AEDs that nobody here made. They lie beside the checkout, where there are any."""

from collections.abc import Callable
from pathlib import Path

import pytest
from apiflask import APIFlask
from click.testing import CliRunner

from aednet.base.database import db
from aednet.cabinets.queries import every_cabinet
from aednet.exchange.commands import export_group, import_group

TRIALS = Path(__file__).parents[2] / "../shared/trials"

pytestmark = pytest.mark.skipif(
    not TRIALS.is_dir(), reason="no trial data: a folder shared/trials beside the checkout"
)

Open = Callable[..., APIFlask]


def take(app: APIFlask, *files: Path) -> list[tuple[str, list[str]]]:
    """Import files one after the other; return of each the summary and the refused rows."""
    said = []
    for file in files:
        result = CliRunner().invoke(import_group, ["cabinets", str(file)], obj=lambda: app)
        assert result.exit_code == 0, result.output
        rows = [line for line in result.stderr.splitlines() if line.startswith("row ")]
        said.append((result.stdout.strip(), rows))
    return said


def test_cologne_has_121_aeds_and_24_rows_that_cannot_be_used(open_app: Open) -> None:
    app = open_app(projection="EPSG:25832", country="DE")
    with app.app_context():
        file = TRIALS / "de_koeln_aed.csv"
        (first, refused), (second, refused_again) = take(app, file, file)
        assert first == "121 new, 0 changed, 0 unchanged, 24 refused"
        assert second == "0 new, 0 changed, 121 unchanged, 24 refused"
        assert refused == refused_again
        assert [line for line in refused if "no position" not in line] == [
            "row 136: tells of the same cabinet as row 135, and differs from it"
        ]
        hours = {cabinet.opening_hours for cabinet in every_cabinet(db.session())}
        assert "Mo-Th 08:00-16:00; Fr 08:00-12:00" in hours


def test_a_second_register_of_cologne_comes_in_beside_the_first(open_app: Open) -> None:
    app = open_app(projection="EPSG:25832", country="DE")
    with app.app_context():
        first, second = TRIALS / "de_koeln_aed.csv", TRIALS / "de_koeln_crowdsav.csv"
        said = [summary for summary, _ in take(app, first, second, second, first)]
        assert said == [
            "121 new, 0 changed, 0 unchanged, 24 refused",
            "120 new, 0 changed, 0 unchanged, 0 refused",
            "0 new, 0 changed, 120 unchanged, 0 refused",
            "0 new, 0 changed, 121 unchanged, 24 refused",
        ]


def test_trafford_has_185_aeds_with_addresses_in_three_lines(open_app: Open) -> None:
    app = open_app(projection="EPSG:27700", country="GB", timezone="Europe/London")
    with app.app_context():
        file = TRIALS / "uk_trafford.csv"
        assert take(app, file, file) == [
            ("185 new, 0 changed, 0 unchanged, 0 refused", []),
            ("0 new, 0 changed, 185 unchanged, 0 refused", []),
        ]
        first = next(every_cabinet(db.session()))
        assert (first.name, first.address) == (
            "Acre Hall Primary",
            "Irlam Road, Flixton, Manchester, M41 6NA",
        )


def test_trafford_goes_out_and_comes_in_again(open_app: Open, tmp_path: Path) -> None:
    app = open_app(projection="EPSG:27700", country="GB")
    with app.app_context():
        take(app, TRIALS / "uk_trafford.csv")
        output = tmp_path / "out.csv"
        CliRunner().invoke(export_group, ["cabinets", "--output", str(output)], obj=lambda: app)
        assert take(app, output)[0][0] == "0 new, 0 changed, 185 unchanged, 0 refused"


def test_the_wrong_country_refuses_every_row(open_app: Open) -> None:
    app = open_app()
    with app.app_context():
        result = CliRunner().invoke(
            import_group, ["cabinets", str(TRIALS / "uk_trafford.csv")], obj=lambda: app
        )
        assert (result.stdout.strip(), result.exit_code) == ("0 new, 0 changed, 0 unchanged, 185 refused", 1)

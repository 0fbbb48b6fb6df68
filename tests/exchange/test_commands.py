import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from apiflask import APIFlask
from click.testing import CliRunner, Result

from aednet.areas.queries import list_areas
from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.cabinets.queries import every_cabinet
from aednet.exchange.commands import export_group, import_group, put_areas_from
from tests.factories import make_areas, make_cabinet

LIST = "id;naam;lat;lon;kastcode\n1;Huis;52.72;6.47;GEHEIM1\n2;Kerk;52.73;6.47;\n"
BAD = "3;Molen;;;GEHEIM2\n"
AREAS = """{"type": "FeatureCollection", "features": [
{"type": "Feature", "properties": {"name": "Krakeel"}, "geometry": {"type": "Polygon",
 "coordinates": [[[6.4, 52.7], [6.5, 52.7], [6.5, 52.8], [6.4, 52.7]]]}}]}"""

Run = Callable[..., Result]


@pytest.fixture
def run(app: APIFlask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run_one(*arguments: str) -> Result:
        group, *rest = arguments
        db.session.remove()
        return CliRunner().invoke(
            {"import": import_group, "export": export_group}[group], rest, obj=lambda: app
        )

    return run_one


def names() -> list[str]:
    return [cabinet.name for cabinet in every_cabinet(db.session())]


def test_good_rows_come_in_and_refused_ones_are_named(run: Run) -> None:
    Path("list.csv").write_text(LIST + BAD)
    result = run("import", "cabinets", "list.csv")
    assert result.stdout == "2 new, 0 changed, 0 unchanged, 1 refused\n"
    assert result.stderr == "row 4: has no position\n"
    assert result.exit_code == 0
    assert names() == ["Huis", "Kerk"]


def test_columns_that_are_not_used_are_named(run: Run) -> None:
    Path("list.csv").write_text("naam;lat;lon;Bijzonder;Ook\nHuis;52.72;6.47;x;y\n")
    assert run("import", "cabinets", "list.csv").stderr == 'columns not used: "Bijzonder", "Ook"\n'


@pytest.mark.parametrize(
    ("content", "options", "exit_code", "stored"),
    [
        (LIST + BAD, ["--strict"], 1, 0),
        (LIST, ["--strict"], 0, 2),
        (LIST + BAD, ["--dry-run"], 0, 0),
        (LIST.splitlines()[0] + "\n" + BAD, [], 1, 0),
        (LIST.splitlines()[0] + "\n", [], 1, 0),
    ],
)
def test_the_exit_status_tells_whether_anything_was_accepted(
    run: Run, content: str, options: list[str], exit_code: int, stored: int
) -> None:
    Path("list.csv").write_text(content)
    result = run("import", "cabinets", "list.csv", *options)
    assert result.exit_code == exit_code
    assert len(names()) == stored
    assert ("nothing was written" in result.stdout) == bool(options and not stored)


def test_a_file_of_known_cabinets_is_accepted(run: Run) -> None:
    Path("list.csv").write_text(LIST)
    run("import", "cabinets", "list.csv")
    result = run("import", "cabinets", "list.csv")
    assert (result.stdout, result.exit_code) == ("0 new, 0 changed, 2 unchanged, 0 refused\n", 0)


def test_a_mapping_is_read_from_a_file(run: Run) -> None:
    Path("list.csv").write_text("Wat;Noord;Oost\nHuis;52.72;6.47\n")
    Path("mapping.csv").write_text("heading,field\nWat,name\nNoord,lat\nOost,lon\n")
    assert run("import", "cabinets", "list.csv", "--mapping", "mapping.csv").exit_code == 0
    assert names() == ["Huis"]


def test_areas_come_in(run: Run) -> None:
    Path("areas.geojson").write_text(AREAS)
    assert run("import", "areas", "areas.geojson", "--dry-run").stdout == (
        "1 new, 0 changed, 0 unchanged, 0 refused; nothing was written\n"
    )
    assert run("import", "areas", "areas.geojson").stdout == "1 new, 0 changed, 0 unchanged, 0 refused\n"
    assert [area.slug for area in list_areas(db.session())] == ["krakeel"]


def test_everything_that_is_wrong_with_areas_is_told(run: Run) -> None:
    Path("areas.geojson").write_text(
        AREAS.removesuffix("]}") + ', {"type": "Feature"}, {"type": "Feature"}]}'
    )
    result = run("import", "areas", "areas.geojson")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "feature 2: it has no name, or one of more than 200 characters",
        "feature 3: it has no name, or one of more than 200 characters",
    ]


def test_a_new_instance_gets_the_shipped_areas_or_those_of_a_file(app: APIFlask, tmp_path: Path) -> None:
    path = tmp_path / "areas.geojson"
    path.write_text(AREAS)
    with transaction() as session:
        assert put_areas_from(session, path) == 1
        session.rollback()
    with transaction() as session:
        assert put_areas_from(session, None) == 24


def test_an_export_goes_to_standard_output(run: Run) -> None:
    Path("list.csv").write_text(LIST)
    run("import", "cabinets", "list.csv")
    result = run("export", "cabinets")
    assert result.stdout_bytes.startswith(b"\xef\xbb\xbfref;name;")
    assert result.stdout_bytes.count(b"\r\n") == 3
    assert b"GEHEIM" not in result.stdout_bytes


@pytest.mark.parametrize("form", ["csv", "geojson", "osm"])
def test_an_export_to_a_file_is_the_same(run: Run, form: str) -> None:
    with transaction() as session:
        make_cabinet(session)
    result = run("export", "cabinets", "--format", form, "--output", "out.file")
    assert (result.exit_code, result.stdout_bytes) == (0, b"")
    assert Path("out.file").read_bytes() == run("export", "cabinets", "--format", form).stdout_bytes
    assert [path.name for path in Path().glob("*.file*")] == ["out.file"]
    assert stat.S_IMODE(Path("out.file").stat().st_mode) & 0o077 == 0o077 & ~current_umask() & 0o066


def current_umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_an_export_that_fails_leaves_the_old_file(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("out.csv").write_text("old")

    def fail(*_: object, **__: object) -> object:
        yield b"ref"
        raise OSError("disk full")

    monkeypatch.setattr("aednet.exchange.commands.export_cabinets", fail)
    assert run("export", "cabinets", "--output", "out.csv").exit_code == 1
    assert [(path.name, path.read_text()) for path in Path().glob("*.csv*")] == [("out.csv", "old")]
    assert not list(Path().glob(".*part"))


def test_a_device_is_written_to_and_not_replaced(run: Run) -> None:
    assert run("export", "cabinets", "--output", "/dev/null").exit_code == 0
    assert not Path("/dev/null").is_file()


def test_an_export_comes_in_again_in_another_network(run: Run) -> None:
    make_areas()
    with transaction() as session:
        make_cabinet(session)
    run("export", "cabinets", "--output", "out.csv")
    result = run("import", "cabinets", "out.csv", "--strict")
    assert (result.stdout, result.stderr) == ("0 new, 0 changed, 1 unchanged, 0 refused\n", "")


def test_an_export_to_a_folder_that_is_not_there_says_so(run: Run) -> None:
    result = run("export", "cabinets", "--output", "nowhere/out.csv")
    assert (result.exit_code, result.stderr) == (1, "Error: There is no folder nowhere to write to.\n")

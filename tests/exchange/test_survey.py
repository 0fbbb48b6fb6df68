import itertools
from pathlib import Path

from aednet.exchange.headings import is_heading, match_columns
from aednet.exchange.survey import SAMPLE, Survey, survey
from aednet.exchange.tables import open_table
from tests.factories import TODAY


def look(path: Path, content: str) -> Survey:
    path.write_text(content)
    with open_table(path, is_known=is_heading) as table:
        return survey(table, match_columns(table.headings), today=TODAY)


def test_the_sample_is_bounded_and_from_all_over_the_file(tmp_path: Path) -> None:
    rows = "".join(f"{number};Huis\n" for number in range(10 * SAMPLE))
    found = look(tmp_path / "list.csv", "id;naam\n" + rows)
    numbers = [row.number for row in found.sample]
    steps = {after - before for before, after in itertools.pairwise(numbers)}
    assert found.rows == 10 * SAMPLE
    assert SAMPLE / 2 <= len(numbers) <= SAMPLE
    assert steps == {16}
    assert numbers[0] < 20
    assert numbers[-1] > 10 * SAMPLE - 20


def test_every_ref_is_found_and_unreadable_rows_are_passed_over(tmp_path: Path) -> None:
    found = look(tmp_path / "list.csv", "ref;id;lat;lon\nA;1;52.7;6.4\n;2;x;6.4\nB;3\nNA;4;52.7;6.4\nC;5;;\n")
    assert found.refs == {"A", "C"}
    assert [row.key for row in found.sample] == ["1", "4", "5"]
    assert found.rows == 5

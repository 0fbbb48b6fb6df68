import csv
import os
import threading
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aednet.exchange.files import InvalidFile
from aednet.exchange.tables import LONGEST_ROW, TableRow, open_table, shorten

PLAIN = "naam;lat;lon\nCafé de Brük;52,7;6,4\nDe Kiel;52,8;6,5\n"


def is_known(heading: str) -> bool:
    return heading.strip().lower() in {"naam", "lat", "lon"}


def read(path: Path) -> tuple[tuple[str, ...], list[TableRow]]:
    with open_table(path, is_known=is_known) as table:
        return table.headings, list(table.rows())


@pytest.fixture
def write(tmp_path: Path) -> Callable[[bytes | str], Path]:
    def write_one(content: bytes | str) -> Path:
        path = tmp_path / "list.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_one


Write = Callable[[bytes | str], Path]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_encoding_is_found_out(write: Write, encoding: str) -> None:
    headings, rows = read(write(PLAIN.encode(encoding)))
    assert headings == ("naam", "lat", "lon")
    assert rows[0].cells == ("Café de Brük", "52,7", "6,4")


def test_a_letter_far_down_decides_the_encoding(write: Write) -> None:
    many = PLAIN.replace("é", "e").replace("ü", "u") + "Plein;52,7;6,4\n" * 100_000
    _, rows = read(write(many.encode() + "Café;52,7;6,4\n".encode("cp1252")))
    assert rows[-1].cells[0] == "Café"


def test_a_stray_byte_in_utf_8_is_refused_and_not_read_as_wrong_letters(write: Write) -> None:
    with pytest.raises(InvalidFile, match="line 3"):
        read(write(PLAIN.encode().replace(b"De Kiel", b"De Ki\xebl")))


def test_bytes_of_no_encoding_are_refused(write: Write) -> None:
    with pytest.raises(InvalidFile, match="neither in UTF-8"):
        read(write(b"naam;lat;lon\nCaf\x81\x8d;52,7;6,4\n"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(write: Write, delimiter: str) -> None:
    headings, rows = read(write(f"naam{delimiter}lat{delimiter}lon\nHuis{delimiter}52.7{delimiter}6.4\n"))
    assert headings == ("naam", "lat", "lon")
    assert rows[0].cells == ("Huis", "52.7", "6.4")


def test_a_delimiter_inside_a_heading_does_not_mislead(write: Write) -> None:
    headings, _ = read(write('"naam, of adres";naam;lat;lon\na;b;1;2\n'))
    assert headings == ("naam, of adres", "naam", "lat", "lon")


def test_a_space_after_the_delimiter_does_not_hide_a_quote(write: Write) -> None:
    headings, rows = read(write('naam, lat, lon\nX, "52,7", "6,4"\n'))
    assert headings == ("naam", "lat", "lon")
    assert rows[0].cells == ("X", "52,7", "6,4")


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_line_ending_is_read(write: Write, ending: str) -> None:
    _, rows = read(write(PLAIN.replace("\n", ending)))
    assert [row.number for row in rows] == [2, 3]


def test_rows_are_numbered_as_a_spreadsheet_shows_them(write: Write) -> None:
    _, rows = read(write('naam;lat;lon\n"over\ntwee regels";1;2\n\n;;\nHuis;1;2\n'))
    assert [(row.number, row.cells[0]) for row in rows] == [(2, "over\ntwee regels"), (5, "Huis")]


def test_a_hint_for_excel_is_no_row(write: Write) -> None:
    headings, rows = read(write("sep=;\n" + PLAIN))
    assert headings == ("naam", "lat", "lon")
    assert rows[0].number == 2


def test_blank_lines_before_the_headings_are_counted(write: Write) -> None:
    _, rows = read(write("\n" + PLAIN))
    assert rows[0].number == 3


def test_a_ragged_row_comes_with_its_problem(write: Write) -> None:
    _, rows = read(write(PLAIN + "Te kort;52,7\nTe lang;52,7;6,4;x\nLeeg erachter;52,7;6,4;;\n"))
    assert [row.problem for row in rows[2:]] == [
        "has 2 cells where the heading has 3",
        "has 4 cells where the heading has 3",
        None,
    ]


def test_quotes_that_do_not_match_spoil_one_row_only(write: Write) -> None:
    _, rows = read(write('naam;lat;lon\n"Huis"je;1;2\nKerk;1;2\n'))
    assert [(row.number, row.problem) for row in rows] == [
        (2, "has quotes that do not match"),
        (3, None),
    ]


def test_a_quote_left_open_is_named_with_what_it_swallows(write: Write) -> None:
    _, rows = read(write('naam;lat;lon\nKerk;1;2\n"Huis;1;2\nSchool;1;2\n'))
    assert rows[1].number == 3
    assert rows[1].problem == "leaves a quote open and so runs on over 2 lines to the end of the file"


def test_a_row_that_swallowed_others_says_so(write: Write) -> None:
    _, rows = read(write('naam;lat;lon\n"Huis;1;2\nSchool";1;2;9\nKerk;1;2\n'))
    assert rows[0].problem is not None
    assert "it runs over 2 lines" in rows[0].problem


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"PK\x03\x04rest", "an Excel workbook"),
        (b"\xd0\xcf\x11\xe0rest", "an old Excel workbook"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x89PNG\r\n", "a picture"),
        (b"\x1f\x8b\x08", "a gzip archive"),
        (b"naam;lat;lon\nHuis\x00je;1;2\n", "line 2 holds a NUL"),
        (b"", "empty"),
        (b" \r\n\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b";;\n;;\n", "empty"),
        (b"52.7;6.4\n52.8;6.5\n", "no heading that is known"),
        (b'"naam;lat;lon\nHuis;1;2\n', "quotes that do not match"),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(write: Write, content: bytes, says: str) -> None:
    with pytest.raises(InvalidFile, match=says):
        read(write(content))


@pytest.mark.parametrize(
    "content", ["naam;lat;lon\n" + "x" * (LONGEST_ROW + 1), 'naam;lat;lon\n"' + "x;1;2\n" * LONGEST_ROW]
)
def test_an_absurdly_long_row_is_refused_before_it_is_read_whole(write: Write, content: str) -> None:
    with pytest.raises(InvalidFile, match="Row 2 is longer"):
        read(write(content))


def test_a_file_on_one_line_takes_no_memory(write: Write) -> None:
    path = write("naam;lat;lon\n" + "x" * 20_000_000)
    tracemalloc.start()
    with pytest.raises(InvalidFile, match="Row 2"):
        read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12_000_000


def test_a_hundred_thousand_rows_are_read_one_by_one(write: Write) -> None:
    path = write(PLAIN + "Buurthuis met een lange naam;52,7123;6,4123\n" * 100_000)
    tracemalloc.start()
    with open_table(path, is_known=is_known) as table:
        count = sum(1 for _ in table.rows())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 100_002
    assert peak < 12_000_000


def test_a_pipe_is_read_too(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(PLAIN,))
    writer.start()
    _, rows = read(pipe)
    writer.join()
    assert len(rows) == 2


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@given(
    rows=st.lists(st.tuples(CELL.filter(str.strip), CELL, CELL), min_size=1, max_size=5),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
)
def test_what_a_csv_writer_wrote_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]], delimiter: str
) -> None:
    path = tmp_path_factory.mktemp("tables") / "list.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([("naam", "lat", "lon"), *rows])
    _, found = read(path)
    assert [tuple(map(str.strip, row.cells)) for row in found] == [tuple(map(str.strip, row)) for row in rows]


@given(st.binary(max_size=200))
def test_any_bytes_give_a_table_or_a_reason(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("tables") / "list.csv"
    path.write_bytes(b"naam;lat;lon\n" + content)
    with suppress(InvalidFile):
        headings, rows = read(path)
        assert all(len(row.cells) == len(headings) or row.problem for row in rows)


def test_what_a_file_says_is_shown_without_control_characters() -> None:
    assert shorten("a\x1b[2Jb\u202e") == '"a�[2Jb�"'
    assert len(shorten("x" * 500)) == 42

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aednet.messaging.segments import BASIC, EXTENSION, Size, size_of


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("", (True, 0, 1)),
        ("a" * 160, (True, 160, 1)),
        ("a" * 161, (True, 161, 2)),
        ("a" * 306, (True, 306, 2)),
        ("a" * 307, (True, 307, 3)),
        ("€" * 80, (True, 160, 1)),
        ("€" * 81, (True, 162, 2)),
        ("é" * 160, (True, 160, 1)),
        ("ë" * 70, (False, 70, 1)),  # not in GSM 03.38, though Dutch has it
        ("ë" * 71, (False, 71, 2)),
        ("ë" * 134, (False, 134, 2)),
        ("ë" * 135, (False, 135, 3)),
        ("👍", (False, 2, 1)),
        ("👍" * 35, (False, 70, 1)),
        ("👍" * 36, (False, 72, 2)),
        ("a" * 152 + "€" + "a" * 152, (True, 306, 3)),  # a sign of two septets is not cut in two
    ],
)
def test_a_text_takes_so_many_segments(text: str, size: tuple[bool, int, int]) -> None:
    assert size_of(text) == Size(is_gsm=size[0], units=size[1], segments=size[2])


def test_the_alphabet_has_the_127_signs_of_the_standard_and_ten_more() -> None:
    assert len(BASIC) == 127  # of 128 places, one leads to the extension
    assert len(EXTENSION) == 10
    assert not BASIC & EXTENSION


@given(st.text(max_size=700))
def test_segments_are_neither_wasted_nor_overfull(text: str) -> None:
    text = text.encode(errors="ignore").decode()
    size = size_of(text)
    each = 153 if size.is_gsm else 67
    alone = 160 if size.is_gsm else 70
    assert (size.segments == 1) == (size.units <= alone)
    if size.segments > 1:
        assert size.segments * each >= size.units > (size.segments - 1) * (each - 1)

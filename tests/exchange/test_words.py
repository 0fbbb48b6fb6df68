import pytest

from aednet.base.errors import InvalidValue
from aednet.cabinets.rules import Access, Status
from aednet.exchange.words import ACCESS, INDOOR, LOCKED, STATUS, YES_NO, read_word


@pytest.mark.parametrize("text", ["ja", "JA", "yes", "wahr", "true", "waar", "1", "x", "J", "✓"])
def test_yes_has_many_words(text: str) -> None:
    assert read_word(text, YES_NO) is True


@pytest.mark.parametrize("text", ["nee", "no", "falsch", "false", "onwaar", "0", "N", "nein"])
def test_no_has_many_words(text: str) -> None:
    assert read_word(text, YES_NO) is False


@pytest.mark.parametrize(
    ("text", "words", "meaning"),
    [
        ("Binnen", INDOOR, True),
        ("außen", INDOOR, False),
        ("afgesloten", LOCKED, True),
        ("niet op slot", LOCKED, False),
        ("ja", LOCKED, True),
    ],
)
def test_a_column_has_words_of_its_own(text: str, words: dict[str, bool], meaning: bool) -> None:  # noqa: FBT001
    assert read_word(text, words) is meaning


@pytest.mark.parametrize(
    ("text", "access"),
    [
        ("permissive", Access.PERMISSIVE),
        ("Openbaar", Access.YES),
        ("öffentlich", Access.YES),
        ("bezoekers", Access.CUSTOMERS),
        ("privé", Access.PRIVATE),
        ("niet toegankelijk", Access.NO),
    ],
)
def test_access_is_read_in_three_languages(text: str, access: Access) -> None:
    assert read_word(text, ACCESS) is access


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("in_service", Status.IN_SERVICE),
        ("In gebruik", Status.IN_SERVICE),
        ("außer Betrieb", Status.OUT_OF_SERVICE),
        ("gestolen", Status.MISSING),
        ("removed", Status.RETIRED),
        ("gepland", Status.PLANNED),
    ],
)
def test_status_is_read_in_three_languages(text: str, status: Status) -> None:
    assert read_word(text, STATUS) is status


@pytest.mark.parametrize("text", ["onbekend", "Unknown", "?"])
def test_nobody_knows_is_not_a_value(text: str) -> None:
    assert read_word(text, YES_NO) is None


@pytest.mark.parametrize("text", ["misschien", "2", "!"])
def test_another_word_is_refused_with_those_that_are_known(text: str) -> None:
    with pytest.raises(InvalidValue, match="in_service, out_of_service"):
        read_word(text, STATUS)

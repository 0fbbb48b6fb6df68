import base64
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aednet.base.encryption import KeyRing, Undecipherable
from aednet.base.instance import prepare_instance, secret_keys
from aednet.config import Settings

OLD, NEW = secrets.token_bytes(32), secrets.token_bytes(32)


@given(st.text())
def test_what_is_encrypted_is_read_back(text: str) -> None:
    ring = KeyRing((OLD,))
    assert ring.decrypt(ring.encrypt(text, column="a.b"), column="a.b") == text


@given(st.binary())
def test_bytes_are_sealed_as_texts_are(value: bytes) -> None:
    ring = KeyRing((OLD,))
    sealed = ring.seal(value, column="a.b")
    assert KeyRing((NEW, OLD)).unseal(sealed, column="a.b") == value
    with pytest.raises(Undecipherable):
        ring.unseal(sealed, column="a.c")


def test_the_same_text_never_looks_the_same_twice() -> None:
    ring = KeyRing((OLD,))
    assert ring.encrypt("1234", column="a.b") != ring.encrypt("1234", column="a.b")


def test_after_a_rotation_old_values_open_and_new_ones_are_under_the_new_key() -> None:
    before = KeyRing((OLD,)).encrypt("1234", column="a.b")
    rotated = KeyRing((NEW, OLD))
    assert rotated.decrypt(before, column="a.b") == "1234"
    after = rotated.encrypt("1234", column="a.b")
    assert KeyRing((NEW,)).decrypt(after, column="a.b") == "1234"


def test_a_value_whose_key_is_gone_says_so() -> None:
    with pytest.raises(Undecipherable, match="key that is not here"):
        KeyRing((NEW,)).decrypt(KeyRing((OLD,)).encrypt("1234", column="a.b"), column="a.b")


def test_a_value_moved_to_another_column_does_not_open() -> None:
    ring = KeyRing((OLD,))
    with pytest.raises(Undecipherable):
        ring.decrypt(ring.encrypt("1234", column="a.b"), column="a.c")


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_an_altered_value_does_not_open(position: int, flip: int) -> None:
    ring = KeyRing((OLD,))
    stored = bytearray(ring.encrypt("1234", column="a.b"))
    stored[position % len(stored)] ^= flip
    with pytest.raises(Undecipherable):
        ring.decrypt(bytes(stored), column="a.b")


def test_a_keyed_hash_finds_a_value_but_differs_by_column_and_key() -> None:
    ring = KeyRing((OLD,))
    assert ring.keyed_hash("x", column="a.b") == ring.keyed_hash("x", column="a.b")
    assert ring.keyed_hash("x", column="a.b") != ring.keyed_hash("x", column="a.c")
    assert ring.keyed_hash("x", column="a.b") != KeyRing((NEW,)).keyed_hash("x", column="a.b")


def test_the_first_start_creates_a_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path / "instance")
    prepare_instance(settings)
    first = secret_keys(settings)
    assert secret_keys(settings) == first
    assert (settings.instance / "secret_keys").stat().st_mode & 0o777 == 0o600
    assert settings.instance.stat().st_mode & 0o777 == 0o700
    assert sorted(path.name for path in settings.instance.iterdir()) == ["aednet.sqlite3", "secret_keys"]
    assert (settings.instance / "aednet.sqlite3").stat().st_mode & 0o777 == 0o600


def test_keys_in_the_settings_come_before_the_instance(tmp_path: Path) -> None:
    encoded = tuple(base64.urlsafe_b64encode(key).decode() for key in (NEW, OLD))
    assert secret_keys(Settings(instance=tmp_path, secret_keys=encoded)) == (NEW, OLD)
    assert not (tmp_path / "secret_keys").exists()


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from aednet.config import Settings;"
        "from aednet.base.instance import secret_keys;"
        "print(secret_keys(Settings(instance=Path(sys.argv[1])))[0].hex())"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE)
        for _ in range(6)
    ]
    assert len({process.communicate()[0] for process in started}) == 1

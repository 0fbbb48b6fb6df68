"""Encryption of columns: AES-GCM under rotating keys, and keyed hashes to find values again.

A stored value is `version | key id | nonce | ciphertext and tag`. The column's name is authenticated
along with it, so that a value moved to another column does not open. New values are written under the
newest key; older keys in the ring still read what they wrote.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import ClassVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

from aednet.base.context import current
from aednet.base.errors import AednetError

VERSION = b"\x01"
KEY_ID_BYTES = 4
NONCE_BYTES = 12  # NIST SP 800-38D recommends 96 bits for GCM
HEADER_BYTES = len(VERSION) + KEY_ID_BYTES + NONCE_BYTES


class Undecipherable(AednetError):
    """A stored value opens with none of the keys, or was altered."""

    code: ClassVar[str] = "undecipherable"


@dataclass(frozen=True, slots=True)
class DataKey:
    """One key for columns, known by the first bytes of its own hash."""

    id: bytes
    cipher: AESGCM


class KeyRing:
    """The keys of an instance, newest first; separate keys per purpose are derived from each."""

    def __init__(self, secrets_newest_first: tuple[bytes, ...]) -> None:
        if not secrets_newest_first:
            raise ValueError("a key ring needs at least one key")
        self._keys = tuple(_data_key(secret) for secret in secrets_newest_first)
        self._by_id = {key.id: key for key in reversed(self._keys)}
        self._newest, *self._older = secrets_newest_first
        self._lookups = tuple(_derive(secret, "lookup") for secret in secrets_newest_first)

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """What the keys are known by, newest first; they tell nothing of them."""
        return tuple(key.id.hex() for key in self._keys)

    def encrypt(self, text: str, *, column: str) -> bytes:
        """Encrypt `text` for `column` (its `table.name`) under the newest key."""
        return self.seal(text.encode(), column=column)

    def decrypt(self, stored: bytes, *, column: str) -> str:
        """Return the text that `encrypt` sealed for `column` under any key of the ring.

        Raises:
            Undecipherable: no key of the ring wrote it, or it was altered or moved.
        """
        return self.unseal(stored, column=column).decode()

    def seal(self, value: bytes, *, column: str) -> bytes:
        """Encrypt bytes for `column` (its `table.name`) under the newest key."""
        key = self._keys[0]
        nonce = secrets.token_bytes(NONCE_BYTES)
        return VERSION + key.id + nonce + key.cipher.encrypt(nonce, value, column.encode())

    def unseal(self, stored: bytes, *, column: str) -> bytes:
        """Return the bytes that `seal` sealed for `column` under any key of the ring.

        Raises:
            Undecipherable: no key of the ring wrote it, or it was altered or moved.
        """
        key = self._by_id.get(stored[len(VERSION) : len(VERSION) + KEY_ID_BYTES])
        if key is None or not stored.startswith(VERSION):
            raise Undecipherable(f"A value of {column} was written under a key that is not here.")
        nonce = stored[HEADER_BYTES - NONCE_BYTES : HEADER_BYTES]
        try:
            return key.cipher.decrypt(nonce, stored[HEADER_BYTES:], column.encode())
        except InvalidTag as error:
            raise Undecipherable(f"A value of {column} was altered.") from error

    def derive(self, purpose: str) -> bytes:
        """Return a 32-byte key for another `purpose` (signing, say), from the newest secret."""
        return _derive(self._newest, purpose)

    def derive_older(self, purpose: str) -> list[bytes]:
        """Return what `derive` gave under the older keys, newest first: what they signed still holds."""
        return [_derive(secret, purpose) for secret in self._older]

    def keyed_hash(self, value: str, *, column: str) -> bytes:
        """Return the 32-byte HMAC-SHA256 under which an encrypted `value` of `column` is filed."""
        return self.keyed_hashes(value, column=column)[0]

    def keyed_hashes(self, value: str, *, column: str) -> tuple[bytes, ...]:
        """Return every hash under which `value` may be filed, one for each key of the ring, newest first."""
        message = f"{column}\0{value}".encode()
        return tuple(hmac.digest(key, message, "sha256") for key in self._lookups)


class EncryptedText(TypeDecorator[str]):
    """A text column that the database sees only encrypted."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Encrypt on the way in."""
        return None if value is None else current().keyring.encrypt(value, column=self.column)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        """Decrypt on the way out."""
        return None if value is None else current().keyring.decrypt(value, column=self.column)


class EncryptedBytes(TypeDecorator[bytes]):
    """A column of bytes that the database sees only encrypted."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Encrypt on the way in."""
        return None if value is None else current().keyring.seal(value, column=self.column)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Decrypt on the way out."""
        return None if value is None else current().keyring.unseal(value, column=self.column)


def _data_key(secret: bytes) -> DataKey:
    key = _derive(secret, "columns")
    return DataKey(hashlib.sha256(key).digest()[:KEY_ID_BYTES], AESGCM(key))


def _derive(secret: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"aednet {purpose}".encode()).derive(secret)

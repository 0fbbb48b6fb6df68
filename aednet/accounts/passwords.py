"""Passwords and tokens: how they are made, and what is kept of them."""

import hashlib
import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# The smallest argon2id that the OWASP Password Storage Cheat Sheet advises: small machines bear it too.
MEMORY_KIB, PASSES, LANES = 19_456, 2, 1
HASHER = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
# Costs as much to try as a real one, and no password leads to it: its digest is all zeros.
NOBODYS_HASH = f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${'A' * 22}${'A' * 43}"

TOKEN_BYTES = 32
GENERATED_PASSWORD_BYTES = 15


def hash_password(password: str) -> str:
    """Return what is kept of a password."""
    return HASHER.hash(_as_typed_anywhere(password))


def is_right(password: str, password_hash: str | None) -> bool:
    """Tell whether `password` is the one kept. Takes as long where there is none to compare with."""
    try:
        return HASHER.verify(password_hash or NOBODYS_HASH, _as_typed_anywhere(password))
    except (VerificationError, InvalidHashError):
        return False


def new_password() -> str:
    """Return a random password of 20 characters."""
    return secrets.token_urlsafe(GENERATED_PASSWORD_BYTES)


def new_token() -> str:
    """Return 32 random bytes as text."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_token(token: str) -> bytes:
    """Return what is kept of a token. It is random enough that a plain hash cannot be guessed backwards."""
    return hashlib.sha256(token.encode()).digest()


def _as_typed_anywhere(password: str) -> str:
    """Return one form for what keyboards compose differently (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)

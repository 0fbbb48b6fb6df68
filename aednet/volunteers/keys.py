"""The keyed hashes by which volunteers are found although their data are encrypted.

Each function returns every hash under which a value may be filed, one for each key of the ring; the first is
the one to file it under.
"""

from aednet.accounts.rules import normalised_email
from aednet.base.context import current
from aednet.base.phone import PhoneNumber
from aednet.base.texts import folded


def hashes_of_phone(number: PhoneNumber) -> tuple[bytes, ...]:
    """Return what finds a number."""
    return current().keyring.keyed_hashes(number.e164, column="volunteer.phone")


def hashes_of_email(address: str) -> tuple[bytes, ...]:
    """Return what finds an address, in capitals or not."""
    return current().keyring.keyed_hashes(normalised_email(address), column="volunteer.email")


def hashes_of_words(name: str) -> list[tuple[bytes, ...]]:
    """Return what finds a name: for each distinct whole word, without case, accents and signs."""
    words = dict.fromkeys(folded(name).split())
    return [current().keyring.keyed_hashes(word, column="volunteer.name") for word in words]

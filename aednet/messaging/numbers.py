"""Telephone numbers as the outbox files them: by keyed hash, and by country."""

import phonenumbers

from aednet.base.context import current
from aednet.base.phone import PhoneNumber


def hashes_of(number: PhoneNumber) -> tuple[bytes, ...]:
    """Return every hash under which a number may be filed here, the one to file it under first."""
    return current().keyring.keyed_hashes(number.e164, column="sms.phone")


def country_of(number: PhoneNumber) -> str:
    """Return the country (ISO 3166) that gave a number out; empty where that is none."""
    return phonenumbers.region_code_for_number(phonenumbers.parse(number.e164)) or ""

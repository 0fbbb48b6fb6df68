"""Codes of the second step of signing in: those that change every half minute, and those to fall back on."""

import secrets
from datetime import datetime
from typing import Final

import pyotp
import segno
from pyotp.utils import strings_equal

ISSUER: Final = "aednet"
STEP_S: Final = 30  # RFC 6238, 5.2
DIGITS: Final = 6
DRIFT: Final = (0, -1, 1)  # steps that a clock may be off; the likeliest first

# Crockford's base 32 has no letters that read as others: twelve of it are 60 bits.
RECOVERY_SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MISREAD: Final = str.maketrans("OIL", "011")
RECOVERY_LENGTH, RECOVERY_GROUP = 12, 4
RECOVERY_CODES: Final = 10

LONGEST_CODE: Final = 40  # as somebody may type it, spaces and all


def new_secret() -> str:
    """Return a random secret of 160 bits (RFC 4226, 4) in base 32, as programs for codes take it."""
    return pyotp.random_base32()


def matching_step(secret: str, code: str, *, now: datetime) -> int | None:
    """Return the time step whose code this is, at most one away from the present one; None for any other."""
    typed, step = code.replace(" ", ""), int(now.timestamp()) // STEP_S
    if not (typed.isascii() and typed.isdecimal() and len(typed) == DIGITS):
        return None
    totp = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_S)
    steps = [step + off for off in DRIFT]
    right = [near for near in steps if strings_equal(totp.generate_otp(near), typed)]
    return right[0] if right else None


def setup_address(secret: str, *, email: str) -> str:
    """Return what a program for codes reads, as a link or from a picture."""
    totp = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_S)
    return totp.provisioning_uri(name=email, issuer_name=ISSUER)


def picture_of(address: str) -> str:
    """Return a QR code as SVG to stand in a page: black on white also where the page is dark."""
    return segno.make(address, error="m", micro=False).svg_inline(light="#fff", border=4, omitsize=True)


def new_recovery_codes() -> tuple[str, ...]:
    """Return ten codes, each for one use: `7K3M-Q9TX-2BWD`."""
    return tuple(_grouped(_random_signs()) for _ in range(RECOVERY_CODES))


def plain_recovery_code(text: str) -> str | None:
    """Return a recovery code as it is kept, however it was typed; None where it cannot be one."""
    plain = "".join(text.upper().replace("-", " ").split()).translate(MISREAD)
    fits = len(plain) == RECOVERY_LENGTH and all(sign in RECOVERY_SIGNS for sign in plain)
    return plain if fits else None


def _random_signs() -> str:
    return "".join(secrets.choice(RECOVERY_SIGNS) for _ in range(RECOVERY_LENGTH))


def _grouped(code: str) -> str:
    return "-".join(code[at : at + RECOVERY_GROUP] for at in range(0, RECOVERY_LENGTH, RECOVERY_GROUP))

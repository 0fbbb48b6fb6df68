"""How much one address may ask of the service."""

from ipaddress import ip_address
from math import ceil
from typing import Final

from flask import Flask, request
from flask_limiter import Limiter
from limits import RateLimitItem, parse

from aednet.base.context import current

READS = "600 per minute"
REPORTS = "10 per hour"
JOINS: Final = parse("10 per hour")  # registrations from one address
JOINS_A_NUMBER: Final = parse("5 per hour")  # a household may share a telephone


def client_address() -> str:
    """Return the address of whoever asks; behind a proxy on this machine, the one the proxy names."""
    peer = request.remote_addr or "unknown"
    forwarded = request.headers.get("X-Forwarded-For", "")
    if forwarded and _is_loopback(peer):
        return forwarded.rpartition(",")[2].strip()
    return peer


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _reads_are_free() -> bool:
    return current().settings.demo


limiter = Limiter(client_address, storage_uri="memory://", headers_enabled=True)
limit_reads = limiter.shared_limit(READS, scope="reads", exempt_when=_reads_are_free)
limit_reports = limiter.limit(REPORTS, methods=["POST"])


def seconds_to_wait(limit: RateLimitItem, key: str) -> int | None:
    """Count one more under `key`. Returns how long to wait where that is past the limit, else None."""
    strategy = limiter.limiter
    if strategy.hit(limit, key):
        return None
    seconds = strategy.get_window_stats(limit, key).reset_time - current().clock.now().timestamp()
    return max(1, ceil(seconds))


def init_limits(app: Flask) -> None:
    """Let `app` count."""
    limiter.init_app(app)

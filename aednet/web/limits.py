"""How much one address may ask of the service."""

import time
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import Final

from flask import Flask, request
from flask_limiter import Limiter
from limits import RateLimitItem, parse

from aednet.base.context import current

READS = "600 per minute"
REPORTS = "10 per hour"
SIGN_INS = "60 per minute"  # before the database is asked, which counts the failures
IPV6_SITE_BITS = 64  # what one customer gets at least (RFC 6177), and may roam in
JOINS: Final = parse("10 per hour")  # registrations from one address
JOINS_A_NUMBER: Final = parse("5 per hour")  # a household may share a telephone


def client_address() -> str:
    """Return the address of whoever asks; behind a proxy on this machine, the one the proxy names."""
    peer = request.remote_addr or "unknown"
    forwarded = request.headers.get("X-Forwarded-For", "")
    if forwarded and _is_loopback(peer):
        return forwarded.rpartition(",")[2].strip()
    return peer


def counted_address() -> str:
    """Return what a client's requests are counted under: its address, or the site it may roam in."""
    return site_of(client_address())


def site_of(address: str) -> str:
    """Return what stands for a client's address in counting: IPv6 by its site, all else as it is."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, IPV6_SITE_BITS), strict=False))
    return str(parsed)


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _reads_are_free() -> bool:
    return current().settings.demo


limiter = Limiter(counted_address, storage_uri="memory://")
limit_reads = limiter.shared_limit(READS, scope="reads", exempt_when=_reads_are_free)
limit_reports = limiter.shared_limit(REPORTS, scope="reports", methods=["POST"])
limit_sign_in = limiter.limit(SIGN_INS, methods=["POST"])


def seconds_to_wait(limit: RateLimitItem, key: str) -> int | None:
    """Count one more under `key`. Returns how long to wait where that is past the limit, else None."""
    strategy = limiter.limiter
    if strategy.hit(limit, key):
        return None
    seconds = strategy.get_window_stats(limit, key).reset_time - time.time()
    return max(1, ceil(seconds))


def seconds_over_limit() -> int:
    """Return how long whoever has just been refused has to wait."""
    refused = limiter.current_limit
    return 1 if refused is None else max(1, ceil(refused.reset_at - time.time()))


def init_limits(app: Flask) -> None:
    """Let `app` count."""
    limiter.init_app(app)

"""Headers that every answer carries, and the refusal of requests that other sites cause."""

from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest, Forbidden, NotFound

from aednet.base.context import current

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SAME_SITE = frozenset({"same-origin", "none"})

FIXED_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


def init_security(app: Flask) -> None:
    """Protect every route of `app`."""
    app.before_request(refuse_nul)
    app.before_request(refuse_other_sites)
    app.after_request(set_headers)


def refuse_nul() -> None:
    """Refuse an address with a NUL in it, which no honest client sends and PostgreSQL cannot take.

    Raises:
        NotFound: it stands in the path.
        BadRequest: it stands in the query.
    """
    if "\0" in request.path:
        raise NotFound
    if any("\0" in text for pair in request.args.items(multi=True) for text in pair):
        raise BadRequest("The query holds a NUL character.")


def refuse_other_sites() -> None:
    """Refuse a change that another site made a browser send.

    Browsers say where a request comes from in Sec-Fetch-Site, older ones in Origin. A client that
    sends neither is no browser, and carries no visitor's cookies.

    Raises:
        Forbidden: the request comes from another site.
    """
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in SAME_SITE:
            raise Forbidden("This request was made by another site.")
        return
    origin = request.headers.get("Origin")
    if origin is not None and origin not in {
        request.host_url.rstrip("/"),
        _origin(current().settings.public_base_url),
    }:
        raise Forbidden("This request was made by another site.")


def set_headers(response: Response) -> Response:
    """Add the security headers to an answer."""
    for name, value in FIXED_HEADERS.items():
        response.headers.setdefault(name, value)
    settings = current().settings
    response.headers.setdefault("Content-Security-Policy", content_security_policy(settings.tiles_url))
    if settings.public_base_url.startswith("https://"):
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    return response


def content_security_policy(tiles_url: str) -> str:
    """Return the policy: everything from here, nothing inline, map tiles from where the owner chose."""
    images = "'self' data:" + (f" {_origin(tiles_url)}" if tiles_url else "")
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src {images}",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


def _origin(address: str) -> str:
    parts = urlsplit(address)
    # Tile servers are often named with a {s} for several hosts.
    return f"{parts.scheme}://{parts.netloc.replace('{s}', '*')}"

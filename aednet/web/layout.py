"""The frame of every page: its templates and static files, Leaflet among them, and its languages."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, request, send_from_directory, url_for
from flask_babel import Babel, get_locale

from aednet.base.context import current

STATIC = Path(__file__).parent / "static"
LEAFLET_PACKAGE = "django-js-lib-leaflet"
FOR_A_YEAR = "public, max-age=31536000, immutable"
FINGERPRINT_LENGTH = 12

blueprint = Blueprint("web", __name__, template_folder="templates")


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuEntry:
    """A page that whoever is signed in, and has the permission, finds in the menu of every page.

    `also` is an address under which pages lie that belong to it, beside its own.
    """

    words: str
    endpoint: str
    permission: str
    also: str | None = None


@blueprint.get("/static/<fingerprint>/<path:name>")
def static_file(fingerprint: str, name: str) -> Response:
    """Hand out one of our files.

    The address says which edition is meant, so it may be kept for a year, and the files that call each
    other by relative addresses keep to one edition.
    """
    if fingerprint != static_fingerprint():
        abort(404)
    return _keep(send_from_directory(STATIC, name))


@blueprint.get("/leaflet/<path:name>")
def leaflet(name: str) -> Response:
    """Hand out a file of the map library from the package that carries it."""
    return _keep(send_from_directory(_leaflet_folder(), name))


def init_layout(app: Flask, *, menu: Sequence[MenuEntry]) -> None:
    """Give `app` its frame, its language, and the pages that its menu leads to."""
    app.register_blueprint(blueprint)
    Babel(
        app,
        locale_selector=lambda: current().settings.language,
        timezone_selector=lambda: current().settings.timezone,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        asset=asset,
        leaflet_asset=leaflet_asset,
        page_language=lambda: str(get_locale()),
        aednet_version=version("aednet"),
        map_tiles=map_tiles,
        menu=menu,
        menu_entry_here=lambda: _entry_here(menu),
    )


def _entry_here(menu: Sequence[MenuEntry]) -> MenuEntry | None:
    """Return the entry that the page asked for belongs to: it lies at its address or under it.

    What lies above other entries, as the desk's first page does, holds itself alone.
    """
    here = request.script_root + request.path
    addresses = [(url_for(entry.endpoint), entry) for entry in menu]
    addresses += [(request.script_root + entry.also, entry) for entry in menu if entry.also]
    for address, entry in addresses:
        is_above = any(other.startswith(f"{address}/") for other, _ in addresses)
        if here == address or (here.startswith(f"{address}/") and not is_above):
            return entry
    return None


def asset(name: str) -> str:
    """Return the address of one of our static files, which changes whenever one of them does."""
    return url_for("web.static_file", fingerprint=static_fingerprint(), name=name)


def leaflet_asset(name: str) -> str:
    """Return the address of a file of the map library, which changes with its version."""
    return url_for("web.leaflet", name=name, v=version(LEAFLET_PACKAGE))


def map_tiles() -> dict[str, str]:
    """Return where map tiles come from, if the owner chose any, and the credit they ask for."""
    settings = current().settings
    return {"url": settings.tiles_url, "credit": settings.tiles_credit}


@cache
def static_fingerprint() -> str:
    """Return a short digest of all our static files."""
    digest = sha256()
    for path in sorted(path for path in STATIC.rglob("*") if path.is_file()):
        digest.update(str(path.relative_to(STATIC)).encode())
        digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:FINGERPRINT_LENGTH]


def _keep(answer: Response) -> Response:
    answer.headers["Cache-Control"] = FOR_A_YEAR
    return answer


def _leaflet_folder() -> Path:
    spec = find_spec("js_lib_leaflet")  # found, not imported: the package itself wants Django
    if spec is None or spec.origin is None:
        raise RuntimeError(f"the package {LEAFLET_PACKAGE} is missing")
    return Path(spec.origin).parent / "static" / "js_lib_leaflet"

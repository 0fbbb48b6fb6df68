"""Areas from a GeoJSON file, and the shipped ones: read, checked against each other, stored."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Final

from pydantic import TypeAdapter, ValidationError
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from aednet.areas.models import AreaKind
from aednet.areas.queries import list_areas
from aednet.areas.redrawing import ChangingGround
from aednet.areas.services import AreaDraft, put_areas
from aednet.base import audit
from aednet.base.errors import InvalidValue
from aednet.base.texts import Name, folded
from aednet.config import Settings
from aednet.exchange.degrees import check_degrees, check_reference_system
from aednet.exchange.files import InvalidFile, detect_encoding, open_seekable
from aednet.exchange.reports import ImportReport, NothingKept
from aednet.exchange.settling import settle
from aednet.exchange.tables import shorten
from aednet.geography.mosaic import NamedShape, find_flaws
from aednet.geography.projection import Projection
from aednet.geography.shapes import from_geojson
from aednet.geography.shipped import areas_layer

LARGEST_FILE: Final = 20_000_000  # bytes; as a tree in memory it takes ten times that
MOST_COMPLAINTS: Final = 20
SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
LONGEST_SLUG: Final = 60
DEFAULT_SOURCE: Final = "import"
NAME: Final = TypeAdapter(Name)
NAME_KEYS: Final = ("name", "naam", "buurtnaam", "wijknaam", "gebiedsnaam")
POPULATION_KEYS: Final = ("population", "inwoners", "aantal_inwoners", "aantalinwoners", "bevolking")


class RefusedAreas(InvalidFile):
    """A file of areas cannot be used; each complaint says which area, what, where and how large."""

    code: ClassVar[str] = "refused_areas"

    def __init__(self, complaints: Sequence[str]) -> None:
        more = f" (and {len(complaints) - 1} more)" if len(complaints) > 1 else ""
        super().__init__(f"The areas cannot be used: {complaints[0]}{more}.")
        self.complaints = tuple(complaints)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Feature:
    label: str
    properties: Mapping[str, Any]
    geometry: object


def shipped_areas() -> list[AreaDraft]:
    """Return the 24 smederijen of Hoogeveen that the service ships with."""
    return [_draft(feature) for feature in _features(areas_layer())]


def read_areas(path: Path, *, projection: Projection) -> list[AreaDraft]:
    """Read a GeoJSON FeatureCollection of areas in WGS84, each a Polygon or MultiPolygon.

    Properties: `name`, and as far as known `slug` (else made from the name), `kind`, `population`,
    `name_source` and `boundary_source`. Areas may leave ground between them, but must not overlap nor
    enclose ground that belongs to none.

    Raises:
        InvalidFile: it is no GeoJSON FeatureCollection, or too large.
        RefusedAreas: an area cannot be used, or two do not fit; `projection` is what sizes are measured
            in, and outside its area of use an area is refused too.
    """
    complaints, drafts = [], []
    for feature in _features(_load(path)):
        try:
            drafts.append(_draft(feature))
        except InvalidValue as error:
            complaints.append(f"{feature.label}: {str(error).rstrip('.')}")
    seen: set[str] = set()
    for draft in drafts:
        if draft.slug in seen:
            complaints.append(f"two areas have the slug {draft.slug}")
        seen.add(draft.slug)
    if not complaints:
        complaints = [flaw.words for flaw in find_flaws([_named(draft) for draft in drafts], projection)]
    if complaints:
        raise RefusedAreas(complaints[:MOST_COMPLAINTS])
    return drafts


def import_areas(
    session: Session, path: Path, *, settings: Settings, now: datetime, dry_run: bool = False
) -> ImportReport:
    """Store the areas of a GeoJSON file, as `store_areas` does. Importing a file twice changes nothing.

    Raises:
        InvalidFile: as `read_areas` and `store_areas` do.
        NothingKept: on a dry run; roll back, its report tells what would have become of the areas.
    """
    drafts = read_areas(path, projection=Projection.named(settings.projection))
    report = store_areas(session, drafts, settings=settings, now=now)
    if dry_run:
        raise NothingKept(report)
    return report


def store_areas(
    session: Session, drafts: Sequence[AreaDraft], *, settings: Settings, now: datetime
) -> ImportReport:
    """Store areas that fit each other, each known by its slug, and place anew what lies on changed ground.

    All or none: areas make sense together only. Those that are stored and not among `drafts` stay, and
    the new ones have to fit them too.

    Raises:
        RefusedAreas: the areas do not fit those that stay.
    """
    slugs, before = {draft.slug for draft in drafts}, list_areas(session)
    stored = {area.slug: area.shape for area in before}
    staying = [
        NamedShape(name=f"{slug} (stored already)", shape=shape)
        for slug, shape in stored.items()
        if slug not in slugs
    ]
    projection = Projection.named(settings.projection)
    if staying and (flaws := find_flaws([*map(_named, drafts), *staying], projection)):
        raise RefusedAreas([flaw.words for flaw in flaws[:MOST_COMPLAINTS]])
    new = len(slugs - stored.keys())
    differing = put_areas(session, [_as_stored(draft, stored.get(draft.slug)) for draft in drafts])
    after = list_areas(session)
    ground = ChangingGround.between(stored, {area.slug: area.shape for area in after})
    settle(session, ground, before=before, after=after)
    report = ImportReport(
        new=new, changed=differing - new, unchanged=len(drafts) - differing, refused=(), unused_headings=()
    )
    counts = {"new": report.new, "changed": report.changed, "unchanged": report.unchanged}
    audit.record(
        session,
        at=now,
        actor="system",
        action="areas_imported",
        subject="areas",
        detail={name: str(number) for name, number in counts.items()},
    )
    return report


def _as_stored(draft: AreaDraft, shape: BaseGeometry | None) -> AreaDraft:
    """Return the draft with the stored shape where only the order of corners differs, which is no change."""
    if shape is not None and shape.normalize().equals_exact(draft.shape.normalize()):
        return replace(draft, shape=shape)
    return draft


def _named(draft: AreaDraft) -> NamedShape:
    return NamedShape(name=draft.slug, shape=draft.shape)


def _load(path: Path) -> object:
    with open_seekable(path) as file:
        if file.seek(0, 2) > LARGEST_FILE:
            raise InvalidFile(
                f"The file is larger than {LARGEST_FILE // 1_000_000} MB: generalise the borders."
            )
        encoding = detect_encoding(file)
        file.seek(0)
        text = file.read().decode(encoding)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidFile(f"The file is no JSON: line {error.lineno}: {error.msg}.") from None
    except RecursionError:
        raise InvalidFile("The file is no GeoJSON: it is nested too deeply.") from None


def _features(layer: object) -> list[_Feature]:
    features = layer.get("features") if isinstance(layer, Mapping) else None
    if not isinstance(layer, Mapping) or layer.get("type") != "FeatureCollection":
        raise InvalidFile("The file is no GeoJSON FeatureCollection.")
    if not isinstance(features, list) or not features:
        raise InvalidFile("The file holds no areas.")
    check_reference_system(layer.get("crs"))
    return [_feature(number, feature) for number, feature in enumerate(features, start=1)]


def _feature(number: int, feature: object) -> _Feature:
    if not isinstance(feature, Mapping) or feature.get("type") != "Feature":
        raise InvalidFile(f"Feature {number} of the file is no GeoJSON Feature.")
    given = feature.get("properties")
    properties = {
        str(name).lower(): value for name, value in (given.items() if isinstance(given, Mapping) else ())
    }
    name = _first(properties, ("slug", *NAME_KEYS))
    label = f"feature {number} ({shorten(name)})" if isinstance(name, str) else f"feature {number}"
    return _Feature(label=label, properties=properties, geometry=feature.get("geometry"))


def _draft(feature: _Feature) -> AreaDraft:
    check_degrees(feature.geometry)
    properties = feature.properties
    name = _name(_first(properties, NAME_KEYS))
    return AreaDraft(
        slug=_slug(properties.get("slug"), name),
        name=name,
        kind=_kind(properties.get("kind")),
        population=_population(_first(properties, POPULATION_KEYS)),
        name_source=_source(properties.get("name_source")),
        boundary_source=_source(properties.get("boundary_source")),
        shape=from_geojson(feature.geometry),
    )


def _first(properties: Mapping[str, Any], keys: Sequence[str]) -> Any:
    return next((properties[key] for key in keys if properties.get(key) is not None), None)


def _name(value: object) -> str:
    try:
        return NAME.validate_python(value, strict=True)
    except ValidationError:
        raise InvalidFile("it has no name, or one of more than 200 characters") from None


def _slug(value: object, name: str) -> str:
    slug = folded(name).replace(" ", "-") if value is None else value
    if isinstance(slug, str) and len(slug) <= LONGEST_SLUG and SLUG.fullmatch(slug):
        return slug
    raise InvalidFile(
        f"its slug {shorten(str(slug))} should be small letters and digits with single hyphens, "
        f"at most {LONGEST_SLUG}"
    )


def _kind(value: object) -> AreaKind:
    if value is None:
        return AreaKind.OTHER
    try:
        return AreaKind(str(value).lower())
    except ValueError:
        raise InvalidFile(f"its kind {shorten(str(value))} is none of {', '.join(AreaKind)}") from None


def _population(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 10**9 or value % 1:
        raise InvalidFile(f"its population {shorten(str(value))} is no number of people")
    return int(value)


def _source(value: object) -> str:
    if value is None:
        return DEFAULT_SOURCE
    return _name(value)

"""What somebody typed about an area, and which fields of it cannot be used."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from pydantic import TypeAdapter, ValidationError

from aednet.areas.models import AreaKind
from aednet.areas.queries import AreaFacts
from aednet.base.texts import Name, folded

NAME = TypeAdapter(Name)
MOST_PEOPLE = 10**9
PEOPLE = re.compile(r"[0-9]{1,10}")
LONGEST_SLUG = 60
LONGEST_TEXT = 200
SOURCES = {"proposal": "voorstel", "published": "openbare gegevens", "import": "ingelezen"}
STORED = {typed: stored for stored, typed in SOURCES.items()}
FIELDS = ("name", "kind", "population", "name_source", "boundary_source")


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaForm:
    """Name, kind, inhabitants and sources as they were typed; `seen` is the mark of what was shown.

    A source that has a name of its own in the database is shown by a Dutch one, and understood by it.
    """

    name: str = ""
    kind: str = ""
    population: str = ""
    name_source: str = ""
    boundary_source: str = ""
    seen: str = ""

    @classmethod
    def parse(cls, fields: Mapping[str, str]) -> Self:
        """Read a form; what is missing is empty."""
        typed = {name: fields.get(name, "").strip() for name in (*FIELDS, "seen")}
        for name in ("name_source", "boundary_source"):
            typed[name] = STORED.get(typed[name].casefold(), typed[name])
        return cls(**typed)

    @classmethod
    def of(cls, area: AreaFacts, *, seen: str) -> Self:
        """Return the form that shows what is stored."""
        return cls(
            name=area.name,
            kind=area.kind,
            population="" if area.population is None else str(area.population),
            name_source=area.name_source,
            boundary_source=area.boundary_source,
            seen=seen,
        )

    def shown_source(self, name: str) -> str:
        """Return one of the two sources as the form shows it."""
        source: str = getattr(self, name)
        return SOURCES.get(source, source)

    @property
    def bad(self) -> tuple[str, ...]:
        """The names of the fields that cannot be used, as they stand on the page."""
        texts = ("name", "name_source", "boundary_source")
        names = [name for name in texts if not _is_name(getattr(self, name))]
        if self.kind not in set(AreaKind):
            names.append("kind")
        if self.population and not _is_count(self.population):
            names.append("population")
        return tuple(name for name in FIELDS if name in names)

    @property
    def values(self) -> Mapping[str, Any]:
        """What is meant, where nothing is bad."""
        return {
            "name": NAME.validate_python(self.name),
            "kind": AreaKind(self.kind),
            "population": int(self.population.replace(".", "")) if self.population else None,
            "name_source": NAME.validate_python(self.name_source),
            "boundary_source": NAME.validate_python(self.boundary_source),
        }


def slug_of(name: str) -> str:
    """Return the slug of a new area: `Nieuw Moscou` becomes `nieuw-moscou`; empty where nothing is left."""
    plain = "".join(sign if sign.isascii() else " " for sign in folded(name))
    return "-".join(plain.split())[:LONGEST_SLUG].strip("-")


def _is_name(text: str) -> bool:
    try:
        NAME.validate_python(text)
    except ValidationError:
        return False
    return True


def _is_count(text: str) -> bool:
    plain = text.replace(".", "")
    return PEOPLE.fullmatch(plain) is not None and int(plain) < MOST_PEOPLE

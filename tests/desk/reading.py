"""Pages read as people read them: their words, and their tables line by line."""

from html.parser import HTMLParser
from typing import Any

from werkzeug.test import TestResponse


class Page(HTMLParser):
    """The words of a page, its elements, and of each table the lines of cells, by the words in them."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.tables: list[list[list[str]]] = []
        self.texts: dict[str, str] = {}  # what stands in each text area, by its name
        self._typing: str | None = None
        self._words: list[str] = []
        self._cell: list[str] | None = None
        self.feed(markup)
        self.close()

    @property
    def words(self) -> str:
        """All words, one space apart."""
        return " ".join(" ".join(self._words).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag == "textarea":
            self._typing = dict(attrs).get("name") or ""
            self.texts[self._typing] = ""
        elif tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in {"th", "td"}:
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._typing = None
        if tag in {"th", "td"} and self._cell is not None:
            self.tables[-1][-1].append(" ".join(" ".join(self._cell).split()))
            self._cell = None

    def handle_data(self, data: str) -> None:
        self._words.append(data)
        if self._typing is not None:
            self.texts[self._typing] += data
        if self._cell is not None:
            self._cell.append(data)


def shown(answer: TestResponse) -> dict[str, Any]:
    """Return what the forms on a page would send, were nothing typed or chosen besides what is."""
    fields: dict[str, Any] = {}
    page = Page(answer.text)
    for field in page.all("input"):
        name, kind = field.get("name"), field.get("type")
        if not name or (kind in {"radio", "checkbox"} and "checked" not in field):
            continue
        if kind == "checkbox":
            fields.setdefault(name, []).append(field["value"])
        else:
            fields[name] = field.get("value", "")
    return fields | page.texts

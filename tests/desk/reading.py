"""Pages read as people read them: their words, and their tables line by line."""

from html.parser import HTMLParser


class Page(HTMLParser):
    """The words of a page, its elements, and of each table the lines of cells, by the words in them."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.tables: list[list[list[str]]] = []
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
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in {"th", "td"}:
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        if tag in {"th", "td"} and self._cell is not None:
            self.tables[-1][-1].append(" ".join(" ".join(self._cell).split()))
            self._cell = None

    def handle_data(self, data: str) -> None:
        self._words.append(data)
        if self._cell is not None:
            self._cell.append(data)

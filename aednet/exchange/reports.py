"""What became of an import."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A row that was left out: its number as a spreadsheet shows it, and why."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became of the rows of a file, and which of its columns were of no use."""

    new: int
    changed: int
    unchanged: int
    refused: tuple[Refusal, ...]
    unused_headings: tuple[str, ...]

    @property
    def accepted(self) -> int:
        """How many rows could be used."""
        return self.new + self.changed + self.unchanged


class NothingKept(Exception):  # not an error of the file: it carries the report out of the transaction
    """The import shall not be kept; its transaction has to be rolled back."""

    def __init__(self, report: ImportReport) -> None:
        super().__init__("Nothing was kept.")
        self.report = report

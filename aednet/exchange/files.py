"""Files that somebody hands in: whether they are text at all, and in which encoding."""

import codecs
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, ClassVar, Final

from aednet.base.errors import InvalidValue

CHUNK: Final = 1_048_576  # bytes read at once
HEAD: Final = 4_096  # bytes that a guess is made from
NOT_TEXT: Final = {
    b"PK\x03\x04": "an Excel workbook or another zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a gzip archive",
    b"SQLite format 3": "a database",
}
BYTE_ORDER_MARKS: Final = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
UNDECODED: Final = re.compile("[\udc80-\udcff]")  # what `surrogateescape` makes of a byte it cannot read


class InvalidFile(InvalidValue):
    """A file is not what it should be; the message says why, and what to do."""

    code: ClassVar[str] = "invalid_file"


@contextmanager
def open_seekable(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for reading more than once; what comes through a pipe is copied to disk first."""
    with path.open("rb") as file:
        if file.seekable():
            yield file
            return
        with tempfile.TemporaryFile() as copy:
            shutil.copyfileobj(file, copy)
            yield copy


def detect_encoding(file: IO[bytes]) -> str:
    """Return the encoding of a text file: UTF-8, UTF-16 or Windows-1252, with or without a mark at its start.

    Reads the file to its end, in pieces, since one letter near the end can decide.

    Raises:
        InvalidFile: it is empty, is no text, holds NUL characters, or is in no encoding or in several.
    """
    file.seek(0)
    head = file.read(HEAD)
    if not head.strip():
        raise InvalidFile("The file is empty.")
    for magic, what in NOT_TEXT.items():
        if head.startswith(magic):
            raise InvalidFile(
                f"The file is {what}, not a text: save it as text first (a table as CSV, UTF-8)."
            )
    encoding = _marked(head) or _wide_unmarked(head)
    if encoding is not None:
        _read_through(file, encoding, errors="strict")
        return encoding
    found = _read_through(file, "utf-8", errors="surrogateescape")
    if not found.undecoded:
        return "utf-8"
    # A stray byte in UTF-8 would turn every accent of the file into two wrong letters if it
    # were read as Windows-1252; there, in turn, UTF-8's long sequences hardly ever come about.
    if found.wide >= found.undecoded:
        raise InvalidFile(
            f"The file is in UTF-8, but line {found.line} holds a byte that is not: save it as UTF-8 again."
        )
    _read_through(file, "cp1252", errors="strict")
    return "cp1252"


@dataclass(slots=True)
class _Found:
    """What reading a file through has shown; `line` is that of the first byte that could not be read."""

    wide: int = 0
    undecoded: int = 0
    line: int = 0


def _read_through(file: IO[bytes], encoding: str, *, errors: str) -> _Found:
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    found, line = _Found(), 1
    file.seek(0)
    while True:
        chunk = file.read(CHUNK)
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError:
            raise InvalidFile(
                "The file is neither in UTF-8 nor in Windows-1252 nor in UTF-16: save it as UTF-8."
            ) from None
        if "\0" in text:
            at = line + text[: text.index("\0")].count("\n")
            raise InvalidFile(f"The file is no text: line {at} holds a NUL character.")
        if not text.isascii():
            undecoded = UNDECODED.findall(text)
            if undecoded and not found.undecoded:
                found.line = line + text[: text.index(undecoded[0])].count("\n")
            found.undecoded += len(undecoded)
            found.wide += len(text) - len(text.encode("ascii", "ignore")) - len(undecoded)
        line += text.count("\n")
        if not chunk:
            return found


def _marked(head: bytes) -> str | None:
    return next((encoding for mark, encoding in BYTE_ORDER_MARKS.items() if head.startswith(mark)), None)


def _wide_unmarked(head: bytes) -> str | None:
    """Recognise UTF-16 by its zeros: of Western text every other byte is one."""
    if b"\0" not in head:
        return None
    zeros = head[1::2].count(0), head[0::2].count(0)
    if zeros[0] > len(head) // 4 and not zeros[1]:
        return "utf-16-le"
    if zeros[1] > len(head) // 4 and not zeros[0]:
        return "utf-16-be"
    return None

"""A BVH file as words with the lines they stand on, and its faults as sentences."""

import codecs
import re
from collections.abc import Sequence

from mimo_runtime.errors import MediaError

_BEYOND = 1e30  # single precision ends at 3e38
_BRACES = re.compile(r"([{}])")
_COMMENT = re.compile(r"^\s*(#|//)")
_DECIMAL_COMMA = re.compile(r"^([+-]?\d*),(\d+(?:e[+-]?\d+)?)$", re.IGNORECASE)
_UTF_16 = {b"H\0": "utf-16-le", b"\0H": "utf-16-be"}  # of the word that every file begins with
_GLUED = (
    (re.compile(r"^\s*frame\s*time\s*:?", re.IGNORECASE), "Frame Time: "),
    (re.compile(r"^\s*frames\s*:?", re.IGNORECASE), "Frames: "),
    (re.compile(r"^\s*end\s*site\b", re.IGNORECASE), "End Site "),
)


class BvhLines:
    """The lines of a file that are not empty, taken in turn; a brace is a line of its own.

    Comments are left out, and "Frames :60", "FrameTime:.03" and "EndSite" are spelled as usual.
    """

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self._lines = [
            (number, part)
            for number, line in enumerate(_text(name, data).splitlines(), start=1)
            for part in (_BRACES.split(line) if "{" in line or "}" in line else (line,))
            if part.strip() and not _COMMENT.match(part)
        ]
        self._next = 0

    @property
    def number(self) -> int:
        """Of the line that was taken last, counted from 1."""
        return self._lines[self._next - 1][0] if self._next else 0

    def take(self) -> list[str]:
        """The words of the next line; MediaError at the end."""
        line = self.peek()
        if not line:
            raise MediaError(
                f"'{self.name}' ends after line {self.number}; it is incomplete. Export it anew."
            )
        self._next += 1
        return line

    def peek(self) -> list[str]:
        """The words of the next line without taking it; none at the end."""
        if self._next == len(self._lines):
            return []
        text = self._lines[self._next][1]
        for pattern, usual in _GLUED:
            text = pattern.sub(usual, text, count=1)
        return text.split()

    def words_left(self) -> int:
        """How many words there are in all lines that were not taken."""
        return sum(len(text.split()) for _, text in self._lines[self._next :])

    def expect(self, *words: str) -> list[str]:
        """The words of the next line after `words`, with which it must begin."""
        line = self.take()
        if [word.upper() for word in line[: len(words)]] != [word.upper() for word in words]:
            raise self.fault(f"expected '{' '.join(words)}', found '{' '.join(line)[:40]}'")
        return line[len(words) :]

    def numbers(self, words: Sequence[str], count: int) -> list[float]:
        """`words` as exactly `count` finite numbers."""
        if len(words) != count:
            raise self.fault(f"expected {count} numbers, found {len(words)}")
        try:
            values = [float(_DECIMAL_COMMA.sub(r"\1.\2", word)) for word in words]
        except ValueError as error:
            comma = "; write numbers with a point" if any("," in word for word in words) else ""
            raise self.fault(f"{error}{comma}") from None
        if not all(abs(value) < _BEYOND for value in values):
            raise self.fault("a number is not finite, or beyond all measure")
        return values

    def fault(self, what: str) -> MediaError:
        """The error that says `what` is wrong with the line taken last."""
        return MediaError(
            f"Line {self.number} of '{self.name}' is no valid BVH: {what}; write or copy it again."
        )


def _text(name: str, data: bytes) -> str:
    """UTF-8, UTF-16, else Latin-1: of a BVH only names can differ."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    data = data.rstrip(b"\0\x1a") if data[:2] not in _UTF_16 else data
    if data[:2] in _UTF_16:
        return data.decode(_UTF_16[data[:2]], errors="replace")
    if b"\0" in data:
        raise MediaError(f"'{name}' is no BVH file: it is not text. Export it as BVH.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")

"""A BVH file as words with the lines they stand on, and its faults as sentences."""

import math
import re
from collections.abc import Sequence

from mimo_runtime.errors import MediaError

_BRACES = re.compile(r"([{}])")


class BvhLines:
    """The lines of a file that are not empty, taken in turn; a brace is a line of its own."""

    def __init__(self, name: str, data: bytes) -> None:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise MediaError(f"'{name}' is no BVH file: it is not text in UTF-8.") from None
        self.name = name
        self._lines = [
            (number, part)
            for number, line in enumerate(text.splitlines(), start=1)
            for part in (_BRACES.split(line) if "{" in line or "}" in line else (line,))
            if part.strip()
        ]
        self._next = 0

    @property
    def number(self) -> int:
        """Of the line that was taken last, counted from 1."""
        return self._lines[self._next - 1][0] if self._next else 0

    def take(self) -> list[str]:
        """The words of the next line; MediaError at the end."""
        if self._next == len(self._lines):
            raise MediaError(f"'{self.name}' ends after line {self.number}; it is incomplete.")
        self._next += 1
        return self._lines[self._next - 1][1].split()

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
            values = [float(word) for word in words]
        except ValueError as error:
            raise self.fault(str(error)) from None
        if not all(map(math.isfinite, values)):
            raise self.fault("a number is not finite")
        return values

    def fault(self, what: str) -> MediaError:
        """The error that says `what` is wrong with the line taken last."""
        return MediaError(f"Line {self.number} of '{self.name}' is no valid BVH: {what}.")

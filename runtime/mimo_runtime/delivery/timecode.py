"""SMPTE 12M timecode: what a frame is called, counted from that of the first one."""

import re
from dataclasses import dataclass
from fractions import Fraction

from mimo_runtime.errors import InvalidRequestError

_TYPED = re.compile(r"(\d\d):(\d\d):(\d\d)([:;])(\d\d)")
_DROPPED = 2  # numbers a minute of drop-frame timecode at 30, but for every tenth minute
_MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Timecode:
    """A timecode of `frames_a_second` whole numbers; `drops` where some of them are left out."""

    hours: int
    minutes: int
    seconds: int
    frames: int
    frames_a_second: int
    drops: bool = False

    def __str__(self) -> str:
        separator = ";" if self.drops else ":"
        return f"{self.hours:02}:{self.minutes:02}:{self.seconds:02}{separator}{self.frames:02}"

    def after(self, frames: int) -> "Timecode":
        """The timecode `frames` later; after a day it begins anew."""
        return _numbered(self._number() + frames, self.frames_a_second, self.drops)

    def _number(self) -> int:
        minutes = 60 * self.hours + self.minutes
        number = (60 * minutes + self.seconds) * self.frames_a_second + self.frames
        return number - _left_out(self.frames_a_second) * (minutes - minutes // 10) * self.drops


def timecode_from(typed: str, rate_fps: Fraction) -> Timecode:
    """The timecode "HH:MM:SS:FF" of a clip of `rate_fps`; ; before FF drops numbers.

    Raises:
        InvalidRequestError: it is none at that rate.
    """
    match = _TYPED.fullmatch(typed)
    whole = round(rate_fps)
    if match is None:
        raise InvalidRequestError(
            f"'{typed}' is no timecode; give HH:MM:SS:FF, or HH:MM:SS;FF of a rate that drops."
        )
    hours, minutes, seconds, frames = (int(match[group]) for group in (1, 2, 3, 5))
    drops = match[4] == ";"
    if drops and (whole % 30 or rate_fps == whole):
        raise InvalidRequestError(
            f"'{typed}' drops numbers, as at 29.97 and 59.94 frames a second, and the rate is "
            f"{float(rate_fps):.5g}; write : before the frames."
        )
    dropped = drops and seconds == 0 and minutes % 10 != 0 and frames < _left_out(whole)
    if hours > 23 or minutes > 59 or seconds > 59 or frames >= whole or dropped:
        raise InvalidRequestError(
            f"'{typed}' is no timecode at {float(rate_fps):.5g} frames a second; give another."
        )
    return Timecode(hours, minutes, seconds, frames, whole, drops)


def _left_out(frames_a_second: int) -> int:
    return _DROPPED * frames_a_second // 30


def _numbered(number: int, rate: int, drops: bool) -> Timecode:
    """The timecode of a count of frames since midnight (SMPTE 12M, drop-frame counting)."""
    left_out = _left_out(rate) * drops
    ten_minutes = 600 * rate - 9 * left_out
    number %= _MINUTES_A_DAY // 10 * ten_minutes
    tens, rest = divmod(number, ten_minutes)
    minute = 60 * rate - left_out
    later = max(0, (rest - left_out) // minute) if drops else 0
    number += left_out * (9 * tens + later)
    seconds, frames = divmod(number, rate)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return Timecode(hours, minutes, seconds, frames, rate, drops)

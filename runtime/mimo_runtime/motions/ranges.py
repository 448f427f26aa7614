"""Which part of a motion is meant, how large its frames, what shape the body: text to numbers."""

import math
import re

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.wire.motion_view import MAX_VIEW_PX, MIN_VIEW_PX

_MOST_SHARE = 2


def parse_size(text: str) -> tuple[int, int]:
    """(width, height) of "WIDTHxHEIGHT", each `MIN_VIEW_PX` to `MAX_VIEW_PX`.

    Raises InvalidRequestError for anything else.
    """
    match = re.fullmatch(r"([0-9]{1,6})x([0-9]{1,6})", text.strip().lower())
    size = (int(match[1]), int(match[2])) if match else (0, 0)
    if not all(MIN_VIEW_PX <= side <= MAX_VIEW_PX for side in size):
        raise InvalidRequestError(
            f"The size '{text}' is not WIDTHxHEIGHT with sides of {MIN_VIEW_PX} to "
            f"{MAX_VIEW_PX} px; give for instance 512x512."
        )
    return size


def parse_frames(
    frames: str | None, seconds: str | None, rate_fps: float, frame_count: int
) -> slice:
    """The frames that "FROM-TO" means, counted from 0, TO not included; all where both are None.

    frames: in frames; seconds: in seconds at `rate_fps`, rounded to frames. An end after
    `frame_count` means up to it.

    Raises:
        InvalidRequestError: both are given, one is no range, or nothing is left.
    """
    if frames is not None and seconds is not None:
        raise InvalidRequestError(
            "A range of frames and one of seconds say the same; give one of them."
        )
    text, scale = (frames, 1.0) if seconds is None else (seconds, rate_fps)
    if text is None:
        return slice(0, frame_count)
    number = r"\s*([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*"
    match = re.fullmatch(f"{number}-{number}", text)
    if not match:
        raise InvalidRequestError(f"'{text}' is no range FROM-TO; give for instance 0-5.")
    start, end = (math.floor(float(match[side]) * scale + 0.5) for side in (1, 2))
    if not start < min(end, frame_count):
        raise InvalidRequestError(
            f"The range '{text}' leaves none of the motion's {frame_count} frames "
            f"({frame_count / rate_fps:.2f} s); give one that begins earlier."
        )
    return slice(start, min(end, frame_count))


def parse_share(text: str) -> tuple[str, float]:
    """Name and share of "NAME=SHARE", a shape of the body and how much of it, -2 to 2.

    Raises InvalidRequestError for anything else.
    """
    name, _, number = text.partition("=")
    try:
        share = float(number)
    except ValueError:
        share = math.nan
    if not abs(share) <= _MOST_SHARE:
        raise InvalidRequestError(
            f"The shape '{text}' is not NAME=SHARE with a share of -2 to 2; give for instance "
            "tall=0.5."
        )
    return name.strip(), share

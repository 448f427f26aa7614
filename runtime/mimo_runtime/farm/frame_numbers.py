"""Frame numbers as they are typed: "13-24", or "1-40x12" for all segments of 12 frames."""

import re

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.planning.frame_runs import numbers_of
from mimo_runtime.planning.segments import segment_ranges

_TYPED = re.compile(r"(\d{1,9})(?:-(\d{1,9})(?:x(\d{1,9}))?)?")


def segments_from(
    typed: str, first_frame: int, shot: range, clamp: bool = False
) -> tuple[range, ...]:
    """The segments that `typed` names, as indices from 0.

    Args:
        typed: "FIRST-LAST", both included; "FIRST-LASTxSIZE", cut into pieces of SIZE frames, the
            last one of what is left; or one number.
        first_frame: the number of the clip's first frame.
        shot: the frames of the clip that are the shot, as indices.
        clamp: leave out frames that the shot has not.

    Raises:
        InvalidRequestError: it is neither, or the shot has not all of these frames.
    """
    match = _TYPED.fullmatch(typed)
    first, last, size = match.groups() if match else ("", None, None)
    if not match or int(last or first) < int(first) or (size and not int(size)):
        raise InvalidRequestError(
            f"'{typed}' names no frames; give FIRST-LAST such as 13-24, or FIRST-LASTxSIZE such "
            "as 1-40x12 for segments of 12 frames."
        )
    frames = range(int(first) - first_frame, int(last or first) + 1 - first_frame)
    size = int(size or len(frames))
    if clamp:
        frames = range(max(frames.start, shot.start), min(frames.stop, shot.stop))
    elif frames.start < shot.start or frames.stop > shot.stop:
        raise InvalidRequestError(
            f"The frames {typed} are asked for, and the shot has the frames "
            f"{numbers_of(shot, first_frame)}; ask for some of those."
        )
    return segment_ranges(frames, size)


def segments_of(
    shot: range,
    first_frame: int,
    typed: str | None = None,
    number: int | None = None,
    size: int = 1,
    clamp: bool = False,
) -> tuple[range, ...]:
    """Segments of a shot, as indices: those that are `typed`, without that all, of `size` frames.

    Of these only the one of a `number`, counted from 0, where that is given; with `clamp` none
    where there are not so many.

    Raises:
        InvalidRequestError: as `segments_from`, or there are not so many.
    """
    if typed is None:
        segments = segment_ranges(shot, size)
    else:
        segments = segments_from(typed, first_frame, shot, clamp)
    if number is None:
        return segments
    if number >= len(segments) and not clamp:
        raise InvalidRequestError(
            f"The segment {number} is asked for, and there are {len(segments)}, counted from 0; "
            "ask for one of those."
        )
    return segments[number : number + 1]


def shot_range(typed: str | None, first_frame: int, frame_count: int) -> range:
    """The frames of a clip that are a shot, as indices: "FIRST-LAST", all where nothing is typed.

    Raises InvalidRequestError as `segments_from`.
    """
    clip = range(frame_count)
    if typed is None:
        return clip
    segments = segments_from(typed, first_frame, clip)
    return range(segments[0].start, segments[-1].stop)

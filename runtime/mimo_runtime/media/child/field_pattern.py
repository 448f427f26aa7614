"""How frames are woven of fields, told by the pictures: what a file says of it is often wrong.

Interlaced pictures that were encoded as whole ones, and a film that was brought to fields, two and
three of each of its frames in turn: of five frames two are then woven of different ones, and two
fields repeat.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import av
from av.video.frame import VideoFrame

from mimo_runtime.media.child.filtering import chain_of, pulled
from mimo_runtime.media.clip import ClipInfo
from mimo_runtime.media.frame_rate import NTSC

_MOST_LINES = 1088  # no interlaced video has more
_LOOKED_AT = 120
_ENOUGH = 12
_LEAST = 4
_LEAST_SHARE = 0.1  # of the frames: somebody has to move for fields to differ
_SINGLE, _REPEATED = "lavfi.idet.single.", "lavfi.idet.repeated."
_FILM_FRAMES = 25
_FILM_SHARES = (0.1, 0.3)  # of frames that repeat an upper, or a lower, field: a fifth each
_FILM_RATES = (Fraction(30), 30 * NTSC)
_OF_FIVE = Fraction(4, 5)  # frames of a film in as many of its fields


@dataclass(frozen=True, slots=True)
class FieldPattern:
    """The field that is the earlier one, "tff", "bff" or "", and whether a film was woven."""

    order: str
    is_film: bool = False


def field_pattern(frames: Iterable[VideoFrame]) -> FieldPattern:
    """That of the first frames.

    By FFmpeg's idet, which compares each field with the neighbours of its frame and of those beside
    it. Of pictures of people; drawings of flat colours can seem to be interlaced.
    """
    woven, repeated, count = dict.fromkeys(("tff", "bff", "progressive"), 0.0), (0.0, 0.0), 0
    for count, frame in enumerate(_judged(frames), start=1):
        woven = {kind: _tally(frame, _SINGLE + kind) for kind in woven}
        repeated = _tally(frame, f"{_REPEATED}top"), _tally(frame, f"{_REPEATED}bottom")
        is_enough = sum(woven.values()) >= _ENOUGH and count >= _FILM_FRAMES
        if is_enough or count == _LOOKED_AT:
            break
    order = max("tff", "bff", key=lambda kind: woven[kind])
    others = sum(woven.values()) - woven[order]
    is_clear = woven[order] >= max(_LEAST, _LEAST_SHARE * count)
    least, most = (share * count for share in _FILM_SHARES)
    is_film = count >= _FILM_FRAMES and all(least <= each <= most for each in repeated)
    if is_clear and is_film and others == woven["progressive"]:
        return FieldPattern(order, is_film=True)
    return FieldPattern(order if is_clear and not others else "")


def with_pattern(info: ClipInfo, pattern: FieldPattern) -> ClipInfo:
    """`info` with what the pictures tell; a film in fields has its own frames and rate."""
    if not pattern.is_film or info.rate_fps not in _FILM_RATES:
        order = "" if info.is_interlaced else pattern.order  # what is marked says it frame by frame
        return replace(info, is_interlaced=info.is_interlaced or bool(order), field_order=order)
    rate_fps = info.rate_fps * _OF_FIVE
    whole, rest = divmod(info.frame_count, 5)
    times_s = [info.timestamps_s[0] + float(k / rate_fps) for k in range(4 * whole + rest)]
    return replace(
        info,
        is_interlaced=True,
        is_film=True,
        field_order=pattern.order,
        rate_fps=rate_fps,
        timestamps_s=tuple(times_s),
    )


def _tally(frame: VideoFrame, key: str) -> float:
    return float(frame.metadata.get(key, 0))


def _judged(frames: Iterable[VideoFrame]) -> Iterator[VideoFrame]:
    graph = None
    for frame in frames:
        if frame.height > _MOST_LINES:
            return
        graph = graph or chain_of([("idet", "")], frame)
        try:
            graph.vpush(frame)
        except av.error.FFmpegError:
            return  # its size changes, which is refused elsewhere
        yield from pulled(graph)

"""Fields that nothing in a file tells of: interlaced pictures that were encoded as whole ones."""

from collections.abc import Iterable, Iterator

import av
from av.video.frame import VideoFrame

from mimo_runtime.media.child.filtering import pulled, single_filter

_MOST_LINES = 1088  # no interlaced video has more
_LOOKED_AT = 120
_ENOUGH = 12
_LEAST = 4
_LEAST_SHARE = 0.1  # of the frames: somebody has to move for fields to differ
_TALLY = "lavfi.idet.single."


def field_order(frames: Iterable[VideoFrame]) -> str:
    """The field that is the earlier one of frames that are woven of two: "tff", "bff" or "".

    By FFmpeg's idet, which compares each field with the neighbours of its frame and of those beside
    it. Of pictures of people; drawings of flat colours can seem to be interlaced.
    """
    tally, count = {"tff": 0.0, "bff": 0.0, "progressive": 0.0}, 0
    for count, frame in enumerate(_judged(frames), start=1):
        tally = {kind: float(frame.metadata.get(_TALLY + kind, 0)) for kind in tally}
        if sum(tally.values()) >= _ENOUGH or count == _LOOKED_AT:
            break
    order = max("tff", "bff", key=lambda kind: tally[kind])
    others = sum(tally.values()) - tally[order]
    is_clear = tally[order] >= max(_LEAST, _LEAST_SHARE * count) and not others
    return order if is_clear else ""


def _judged(frames: Iterable[VideoFrame]) -> Iterator[VideoFrame]:
    graph = None
    for frame in frames:
        if frame.height > _MOST_LINES:
            return
        graph = graph or single_filter("idet", "", frame)
        try:
            graph.vpush(frame)
        except av.error.FFmpegError:
            return  # its size changes, which is refused elsewhere
        yield from pulled(graph)

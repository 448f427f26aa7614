"""Fields to whole pictures."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

import av
from av.filter import Graph
from av.video.frame import VideoFrame

_TIME_BASE = Fraction(1, 90_000)


def deinterlaced(frames: Iterable[VideoFrame]) -> Iterator[VideoFrame]:
    """One whole picture for each frame; those that are no fields stay as they are.

    By bwdif, from the first frame that is marked as interlaced on; which field is the earlier one
    is what the frame says.
    """
    graph = None
    for frame in frames:
        if graph is None and frame.interlaced_frame:
            graph = _bwdif(frame)
        if graph is None:
            yield frame
        else:
            graph.vpush(frame)
            yield from _pulled(graph)
    if graph is not None:
        graph.vpush(None)
        yield from _pulled(graph)


def _bwdif(like: VideoFrame) -> Graph:
    """A graph for frames of the size and format of `like`."""
    graph = Graph()
    source = graph.add_buffer(
        width=like.width, height=like.height, format=like.format, time_base=_TIME_BASE
    )
    bwdif = graph.add("bwdif", "mode=send_frame:parity=auto:deint=interlaced")
    graph.link_nodes(source, bwdif, graph.add("buffersink")).configure()
    return graph


def _pulled(graph: Graph) -> Iterator[VideoFrame]:
    while True:
        try:
            yield graph.vpull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return

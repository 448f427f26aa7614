"""Frames through a filter of FFmpeg."""

from collections.abc import Iterator
from fractions import Fraction

import av
from av.filter import Graph
from av.video.frame import VideoFrame

_TIME_BASE = Fraction(1, 90_000)


def single_filter(name: str, options: str, like: VideoFrame) -> Graph:
    """A graph of one filter for frames of the size and format of `like`."""
    graph = Graph()
    source = graph.add_buffer(
        width=like.width, height=like.height, format=like.format, time_base=_TIME_BASE
    )
    graph.link_nodes(source, graph.add(name, options), graph.add("buffersink")).configure()
    return graph


def pulled(graph: Graph) -> Iterator[VideoFrame]:
    """All frames that are ready."""
    while True:
        try:
            yield graph.vpull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return

"""Frames through filters of FFmpeg."""

from collections.abc import Iterator, Sequence

import av
from av.filter import Graph
from av.video.frame import VideoFrame


def chain_of(filters: Sequence[tuple[str, str]], like: VideoFrame) -> Graph:
    """A graph of filters, each a name and options, for frames of the size and format of `like`.

    The rate is any: what drops frames drops a part of them, and looks at no clock.
    """
    source = (
        f"video_size={like.width}x{like.height}:pix_fmt={like.format.name}:time_base=1/90000:"
        "frame_rate=30"
    )
    graph = Graph()
    nodes = [graph.add("buffer", source), *(graph.add(*each) for each in filters)]
    graph.link_nodes(*nodes, graph.add("buffersink")).configure()
    return graph


def pulled(graph: Graph) -> Iterator[VideoFrame]:
    """All frames that are ready."""
    while True:
        try:
            yield graph.vpull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return

"""FFmpeg's filters on the way from decoded frames to RGB: deinterlacing, tables of colours."""

import tempfile
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import av
from av.filter import Graph
from av.video.frame import VideoFrame

from mimo_runtime.media.child.hdr import write_table
from mimo_runtime.media.clip import ClipColour

_TIME_BASE = Fraction(1, 90_000)


def deinterlaced(frames: Iterable[VideoFrame]) -> Iterator[VideoFrame]:
    """One whole picture for each frame; those that are no fields stay as they are.

    By bwdif, from the first frame that is marked as interlaced on; which field is the earlier one
    is what the frame says.
    """
    graph = None
    for frame in frames:
        if graph is None and frame.interlaced_frame:
            graph = filter_graph(frame, "bwdif", "mode=send_frame:parity=auto:deint=interlaced")
        if graph is None:
            yield frame
        else:
            graph.vpush(frame)
            yield from _pulled(graph)
    if graph is not None:
        graph.vpush(None)
        yield from _pulled(graph)


def colour_table(frame: VideoFrame, colour: ClipColour) -> Graph:
    """A graph that applies the table of `hdr.to_bt709` to frames like `frame`."""
    with tempfile.TemporaryDirectory(prefix="mimo-colour-") as folder:
        path = Path(folder) / "table.cube"
        write_table(path, colour)
        return filter_graph(frame, "lut3d", f"file={path}:interp=tetrahedral")


def filter_graph(like: VideoFrame, name: str, arguments: str) -> Graph:
    """A graph of the one filter `name` for frames of the size and format of `like`."""
    graph = Graph()
    source = graph.add_buffer(
        width=like.width, height=like.height, format=like.format, time_base=_TIME_BASE
    )
    graph.link_nodes(source, graph.add(name, arguments), graph.add("buffersink")).configure()
    return graph


def filtered(graph: Graph, frame: VideoFrame) -> VideoFrame:
    """The frame that `graph` makes of `frame`, for filters that give one for each at once."""
    graph.vpush(frame)
    return graph.vpull()


def _pulled(graph: Graph) -> Iterator[VideoFrame]:
    while True:
        try:
            yield graph.vpull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return

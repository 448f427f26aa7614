"""Fields to whole pictures."""

from collections.abc import Iterable, Iterator

from av.video.frame import VideoFrame

from mimo_runtime.media.child.filtering import chain_of, pulled

_MARKED = "mode=send_frame:parity=auto:deint=interlaced"
_UNMARKED = "mode=send_frame:parity={order}:deint=all"


def deinterlaced(
    frames: Iterable[VideoFrame], order: str = "", is_film: bool = False
) -> Iterator[VideoFrame]:
    """One whole picture for each frame; those that are no fields stay as they are.

    By bwdif, from the first frame that is marked as interlaced on; which field is the earlier one
    is what the frame says. Where `order` is "tff" or "bff", all frames are such fields. Of the
    fields of a film its own frames: fieldmatch puts them together, decimate leaves out the one of
    five that repeats another.
    """
    if is_film:
        filters = [("fieldmatch", f"order={order}:combmatch=full"), ("bwdif", _MARKED),
                   ("decimate", "")]  # fmt: skip
    else:
        filters = [("bwdif", _UNMARKED.format(order=order) if order else _MARKED)]
    graph = None
    for frame in frames:
        if graph is None and (order or frame.interlaced_frame):
            graph = chain_of(filters, frame)
        if graph is None:
            yield frame
        else:
            graph.vpush(frame)
            yield from pulled(graph)
    if graph is not None:
        graph.vpush(None)
        yield from pulled(graph)

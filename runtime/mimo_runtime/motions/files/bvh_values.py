"""The numbers of a BVH's frames, a frame on one line or wrapped over several."""

import numpy as np

from mimo_runtime.body.skeleton import Array
from mimo_runtime.errors import MediaError
from mimo_runtime.motions.files.bvh_lines import BvhLines


def read_values(lines: BvhLines, count: int, width: int) -> tuple[Array, tuple[str, ...]]:
    """float64 [N, width], N at most `count`, and remarks on what was odd.

    A frame may be wrapped over lines, each frame beginning one, or lines mean nothing and the
    numbers are exactly those of all frames. Numbers that every frame has too many are left out.
    One frame fewer than announced is taken, and so are the announced ones where there are more.

    Raises:
        MediaError: the numbers do not fit; the sentence names the line.
    """
    if not width:
        raise lines.fault("no joint has a channel")
    first = len(lines.peek())
    if first != width and lines.words_left() == count * width:
        return np.reshape(_all_numbers(lines), (count, width)), ()
    read = _frame if first >= width else _wrapped_frame
    wide = max(first, width)
    frames: list[list[float]] = []
    while len(frames) < count and lines.peek() and not _is_cut_off(lines, wide, first):
        frames.append(read(lines, wide))
    if not frames or len(frames) < count - 1:
        raise MediaError(
            f"'{lines.name}' ends after line {lines.number}; it is incomplete: it holds "
            f"{len(frames)} of the {count} frames that it announces. Export it anew, or correct "
            "the number behind 'Frames:'."
        )
    remarks = []
    if wide > width:
        remarks.append(f"{wide - width} numbers a frame more than there are channels, left out")
    if len(frames) < count:
        remarks.append(f"{len(frames)} of {count} frames are there")
    if len(frames) == count and lines.peek():
        remarks.append(f"the file has more frames than the {count} that it announces")
    return np.array(frames, np.float64)[:, :width], tuple(remarks)


def _is_cut_off(lines: BvhLines, wide: int, first: int) -> bool:
    """Whether what is left is one line with a part of a frame, of frames on a line each."""
    left = len(lines.peek())
    return first >= wide and left < wide and lines.words_left() == left


def _all_numbers(lines: BvhLines) -> list[float]:
    numbers: list[float] = []
    while words := lines.peek():
        numbers += lines.numbers(lines.take(), len(words))
    return numbers


def _frame(lines: BvhLines, width: int) -> list[float]:
    return lines.numbers(lines.take(), width)


def _wrapped_frame(lines: BvhLines, width: int) -> list[float]:
    numbers: list[float] = []
    while len(numbers) < width:
        words = lines.take()
        missing = width - len(numbers)
        if len(words) > missing or (len(words) < missing and len(lines.peek()) >= width):
            lines.numbers(words, missing)
        numbers += lines.numbers(words, len(words))
    return numbers

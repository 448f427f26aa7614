"""Which frames the denoiser sees together in one pass."""

from collections.abc import Sequence

Windows = tuple[tuple[int, ...], ...]


def closed_windows(frame_count: int, window_frames: int, overlap_frames: int) -> Windows:
    """Windows over a clip that is treated as a ring, as the official code lays them.

    A clip of at most `window_frames` frames is one window of exactly its frames. A longer one
    gets a window every `window_frames - overlap_frames` frames, each of exactly `window_frames`
    different frames; the last ones run past the end into the first frames. The windows are the
    same at every step.

    Args:
        frame_count: frames of the clip, 1 or more.
        window_frames: frames of one window, more than `overlap_frames`.
        overlap_frames: frames that a window shares with the one before it, 0 or more.

    Returns:
        Per window the frame indices in the order in which the denoiser takes them.
    """
    if frame_count <= window_frames:
        return (tuple(range(frame_count)),)
    starts = range(0, frame_count, window_frames - overlap_frames)
    return tuple(
        tuple((start + offset) % frame_count for offset in range(window_frames)) for start in starts
    )


def open_windows(lengths: Sequence[int], window_frames: int, overlap_frames: int) -> Windows:
    """Windows that neither cross from one segment into the next nor run past an end.

    A deviation from the official code, whose windows show the denoiser a jump at both places:
    the last window of a segment is moved back until it ends with it.

    Args:
        lengths: frames of each crop segment; they are counted on through all segments.
        window_frames: frames of one window, more than `overlap_frames`.
        overlap_frames: frames that a window shares at least with the one before it.

    Returns:
        Per window the frame indices, consecutive and rising.
    """
    windows = []
    first = 0
    for length in lengths:
        last = first + max(length - window_frames, 0)
        starts = [*range(first, last, window_frames - overlap_frames), last]
        windows += [tuple(range(start, start + min(length, window_frames))) for start in starts]
        first += length
    return tuple(windows)

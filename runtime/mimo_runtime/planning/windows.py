"""Which frames the denoiser sees together in one pass."""


def closed_windows(
    frame_count: int, window_frames: int, overlap_frames: int
) -> tuple[tuple[int, ...], ...]:
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
        tuple((start + place) % frame_count for place in range(window_frames)) for start in starts
    )

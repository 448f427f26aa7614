"""Consecutive frames, and what they are called in sentences."""


def numbers_of(frames: range, first_frame: int) -> str:
    """ "13-24" for indices of frames, or one number."""
    first, last = frames.start + first_frame, frames.stop - 1 + first_frame
    return str(first) if first == last else f"{first}-{last}"


def runs_of(indices: list[int]) -> list[range]:
    """Rising indices as consecutive runs."""
    runs: list[range] = []
    for index in indices:
        if runs and runs[-1].stop == index:
            runs[-1] = range(runs[-1].start, index + 1)
        else:
            runs.append(range(index, index + 1))
    return runs


def runs_in_words(numbers: list[int]) -> str:
    """ "3-5, 9" for rising numbers of frames."""
    return ", ".join(numbers_of(run, 0) for run in runs_of(numbers))

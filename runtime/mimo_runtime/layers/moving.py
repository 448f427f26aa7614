"""What moves by itself in a frame, people aside: no scene may be taken from there."""

from mimo_runtime.layers.areas import grown, opened, pieces
from mimo_runtime.layers.frames import Flags
from mimo_runtime.layers.removal import human_area, margin_px
from mimo_runtime.layers.sighting import Sighting

_SMALLEST = 8e-4  # of the frame


def people_area(sighting: Sighting) -> Flags:
    """Where the human and the others may be, bool [height, width]."""
    height, width = sighting.human.shape
    return human_area(sighting.human) | grown(sighting.foreign(), margin_px(width, height))


def joined(different: Flags, unsure: Flags) -> Flags:
    """Pieces of what is `different`, with what is `unsure` beside them, bool [height, width]."""
    height, width = different.shape
    margin = margin_px(width, height)
    cores = opened(different & ~unsure, max(1, margin // 3))
    return grown(moving_pieces(cores, different | unsure), margin)


def moving_pieces(cores: Flags, possible: Flags) -> Flags:
    """The pieces of `possible` that hold a large one of `cores`; bool [height, width]."""
    least = max(12, int(_SMALLEST * cores.size))
    sure, found = cores & False, cores & False
    for core in pieces(cores, least):
        sure |= core
    for piece in pieces(opened(possible, 1), least) if sure.any() else []:
        if (piece & sure).any():
            found |= piece
    return found

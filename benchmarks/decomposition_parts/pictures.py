"""What was found, as one small picture."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.decomposition_parts.areas import Mask, solid
from benchmarks.decomposition_parts.clip_run import ClipRun
from mimo_runtime.contact_sheet import Row, contact_sheet

Pixels = NDArray[np.uint8]
_RIGHT, _MISSED, _FALSE = (60, 200, 90), (230, 60, 60), (250, 210, 40)
_BODY = (70, 150, 250)
_COLOURS = 255
TITLE = "frame · person · fitted body · in front · without the person · truth"


def picture_of(run: ClipRun) -> Row:
    """One frame of the clip, in which something is in front if there is such a frame.

    Areas are green where found rightly, red where missed, yellow where falsely found; what a stage
    did not give is grey.
    """
    count = len(run.truth.frames)
    order = sorted(range(count), key=lambda index: abs(index - count // 2))
    index = next((one for one in order if run.truth.overlaps(one)), count // 2)
    frame = run.truth.frames[index]
    shown = [frame.pixels] + [np.full_like(frame.pixels, 128)] * 4 + [frame.clean]
    if run.analysed is not None:
        shown[1] = _compared(frame.pixels, run.analysed.masks[index], frame.human)
    if run.fitted is not None:
        shown[2] = _tinted(frame.pixels, solid(run.fitted.silhouettes[index]), _BODY)
    if run.layered is not None:
        shown[3] = _compared(frame.pixels, run.layered.fronts[index], frame.front)
        shown[4] = run.layered.scenes[index]
    return Row(run.truth.spec.name, shown)


def write_sheet(path: Path, rows: Sequence[Row], width_px: int = 150) -> None:
    """The rows as a PNG of few colours."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet = Image.fromarray(contact_sheet(rows, width_px, title=TITLE))
    sheet.quantize(_COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def _compared(pixels: Pixels, found: Mask, truth: Mask) -> Pixels:
    one, other = solid(found), solid(truth)
    for area, colour in ((one & other, _RIGHT), (other & ~one, _MISSED), (one & ~other, _FALSE)):
        pixels = _tinted(pixels, area, colour)
    return pixels


def _tinted(pixels: Pixels, area: NDArray[np.bool_], colour: tuple[int, int, int]) -> Pixels:
    tinted = pixels.copy()
    tinted[area] = (0.4 * pixels[area] + 0.6 * np.array(colour)).astype(np.uint8)
    return tinted

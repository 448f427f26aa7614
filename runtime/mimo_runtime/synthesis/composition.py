"""Putting the layers of one finished frame together: scene, person, occluder in front."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.planning.crops import Context
from mimo_runtime.synthesis.crop import fit_back
from mimo_runtime.synthesis.feather import FeatherMasks

Pixels = NDArray[np.uint8]
Levels = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Part:
    """What one context shows of a frame.

    `decoded` float32 [3, height, width] in [0, 1], the whole square at the bundle's size;
    `position` the place of the frame in `context.frames`.
    """

    decoded: NDArray[np.float32]
    context: Context
    position: int


@dataclass(frozen=True, slots=True)
class Layers:
    """The template's pictures of one frame, uint8 [height, width, 3] RGB.

    `occlusion` uint8 [height, width] is 255 where `source` lies in front of the person; both are
    None for a template without occluders.
    """

    scene: Pixels
    source: Pixels | None = None
    occlusion: Pixels | None = None


def compose_frame(
    parts: Sequence[Part],
    layers: Layers,
    feather: FeatherMasks,
    *,
    overlap_frames: int = 4,
    official: bool = True,
) -> Pixels:
    """One finished frame.

    The contexts that hold the frame are laid over the scene one after the other; each later one
    is faded in over the frames that it shares with the one before. With no part the frame is the
    scene with the occluder in front.

    Args:
        parts: the frame in every context that holds it, in the order of the contexts.
        layers: the template's layers at that frame.
        feather: how a part fades into the scene.
        overlap_frames: what the contexts were planned with.
        official: truncate to whole levels, as the official code does; else round.

    Returns:
        uint8 [height, width, 3] RGB, a new array.
    """
    to_levels = _truncated if official else _rounded
    frame: Pixels | None = None
    for part in parts:
        placed = _behind_occluder(_placed(part, layers.scene, feather, official), layers)
        if frame is not None:
            share = (part.position + 1) / (overlap_frames + 1)
            placed = frame * (1 - share) + placed * share
        frame = to_levels(placed)
    if frame is None:
        frame = to_levels(_behind_occluder(layers.scene.astype(np.float32), layers))
    return frame


def levels_of_picture(picture: NDArray[np.float32], *, official: bool) -> Pixels:
    """float32 [3, height, width] in [0, 1] to uint8 [height, width, 3]; official: truncated."""
    to_levels = _truncated if official else _rounded
    return np.ascontiguousarray(to_levels(picture * 255).transpose(1, 2, 0))


def _placed(part: Part, scene: Pixels, feather: FeatherMasks, official: bool) -> Levels:
    """The scene with the part blended in, float32 as official."""
    crop = part.context.crop
    person = fit_back(levels_of_picture(part.decoded, official=official), crop)
    height_px, width_px = scene.shape[:2]
    mask = feather.fitted(part.context.box, width_px, height_px, crop)[..., np.newaxis]
    frame = scene.astype(np.float32)
    inside = frame[crop.top : crop.bottom, crop.left : crop.right]
    inside[...] = person * mask + inside * (1 - mask)
    return frame


def _behind_occluder(frame: Levels, layers: Layers) -> Levels:
    """The frame with the source's occluder in front of it, float64 as official."""
    if layers.occlusion is None or layers.source is None:
        return frame
    cover = (layers.occlusion / 255.0)[..., np.newaxis]
    covered: Levels = frame * (1 - cover) + layers.source * cover
    return covered


def _truncated(levels: Levels) -> Pixels:
    return levels.astype(np.uint8)


def _rounded(levels: Levels) -> Pixels:
    return np.rint(levels).astype(np.uint8)

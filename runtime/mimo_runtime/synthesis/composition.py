"""Putting the layers of one finished frame together: scene, person, occluder in front."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Pixels
from mimo_runtime.planning.crops import CropSegment
from mimo_runtime.planning.rules import Levels, Rules
from mimo_runtime.synthesis.crop import fit_back
from mimo_runtime.synthesis.feather import FeatherMasks


@dataclass(frozen=True, slots=True)
class DecodedCrop:
    """What one crop segment shows of a frame.

    `decoded` float32 [3, height, width] in [0, 1], the whole square at the bundle's size, or, of a
    bundle that paints humans, [4, height, width], premultiplied RGBA;
    `position` the index of the frame in `segment.frames`.
    """

    decoded: NDArray[np.float32]
    segment: CropSegment
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
    crops: Sequence[DecodedCrop], layers: Layers, feather: FeatherMasks, rules: Rules
) -> Pixels:
    """One finished frame.

    The crops are laid over the scene one after the other; each later one is faded in over the
    frames that its segment shares with the one before. With no crop the frame is the scene with
    the occluder in front.

    Args:
        crops: the frame in every segment that holds it, in the order of the segments.
        layers: the template's layers at that frame.
        feather: how a crop fades into the scene.
        rules: official or corrected: how levels become whole numbers.

    Returns:
        uint8 [height, width, 3] RGB, a new array.
    """
    frame: Pixels | None = None
    for crop in crops:
        placed = _behind_occluder(_placed(crop, layers.scene, feather, rules), layers)
        if frame is not None:
            weight = (crop.position + 1) / (crop.segment.overlap_frames + 1)
            placed = frame * (1 - weight) + placed * weight
        frame = rules.to_uint8(placed)
    if frame is None:
        frame = rules.to_uint8(_behind_occluder(layers.scene.astype(np.float32), layers))
    return frame


def picture_to_uint8(picture: NDArray[np.float32], rules: Rules) -> Pixels:
    """float32 [3, height, width] in [0, 1] to uint8 [height, width, 3]."""
    return np.ascontiguousarray(rules.to_uint8(picture * 255).transpose(1, 2, 0))


def _placed(decoded: DecodedCrop, scene: Pixels, feather: FeatherMasks, rules: Rules) -> Levels:
    """The scene with the crop blended in, float32 as official."""
    crop = decoded.segment.crop
    person, mask = _feathered(decoded, scene.shape[1::-1], feather, rules)
    frame = scene.astype(np.float32)
    inside = frame[crop.top : crop.bottom, crop.left : crop.right]
    inside[...] = person * mask + inside * (1 - mask)
    return frame


def feathered_layer(
    decoded: DecodedCrop, size_px: tuple[int, ...], feather: FeatherMasks, rules: Rules
) -> NDArray[np.float32]:
    """A crop as a layer that fades at its sides: premultiplied RGBA float32 [h, w, 4] in 0..1.

    size_px: width and height of the frame.
    """
    person, mask = _feathered(decoded, size_px, feather, rules)
    return np.concatenate([person * (mask / 255), mask], axis=2, dtype=np.float32)


def _feathered(
    decoded: DecodedCrop, size_px: tuple[int, ...], feather: FeatherMasks, rules: Rules
) -> tuple[Pixels, NDArray[np.float32]]:
    """The picture of a crop in its size, and how much of it is seen, float32 [h, w, 1]."""
    crop = decoded.segment.crop
    person = fit_back(picture_to_uint8(decoded.decoded, rules), crop)
    width_px, height_px = size_px
    mask = feather.fitted(decoded.segment.box, width_px, height_px, crop)[..., np.newaxis]
    return person, mask


def _behind_occluder(frame: Levels, layers: Layers) -> Levels:
    """The frame with the source's occluder in front of it, float64 as official."""
    if layers.occlusion is None or layers.source is None:
        return frame
    cover = (layers.occlusion / 255.0)[..., np.newaxis]
    covered: Levels = frame * (1 - cover) + layers.source * cover
    return covered

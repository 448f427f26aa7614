"""The colours of a skirt, read from the picture; its unseen side is as plain as the body's."""

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats, Pixels
from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import Camera
from mimo_runtime.body.pose import Pose
from mimo_runtime.characters.atlas import Atlas, atlas_of
from mimo_runtime.characters.sampling import sample_colours
from mimo_runtime.characters.skirt import COLUMNS, ROWS, texture_corners
from mimo_runtime.characters.texture import GUESSED, SEEN, Texture
from mimo_runtime.characters.tuning import TUNING


def with_skirt(
    texture: Texture, body: Body, pose: Pose, camera: Camera, rgb: Pixels, alpha: Pixels
) -> Texture:
    """`texture` with the skirt of `body`, which wears one; arguments as in `sample_colours`."""
    corners = texture_corners()
    atlas = atlas_of(corners, len(texture.rgb), len(corners) - 2 * ROWS * COLUMNS)
    samples = sample_colours(atlas, body, pose, camera, rgb, alpha)
    known = samples.confidence >= TUNING.enough_confidence
    span = TUNING.whole_confidence - TUNING.enough_confidence
    share = np.clip((samples.confidence - TUNING.enough_confidence) / span, 0, 1)[:, None]
    plain = _plain(samples.rgb, known, atlas.columns)
    mixed = share * samples.rgb + (1 - share) * plain
    confidence = np.where(known, samples.confidence, TUNING.guessed_confidence)
    layers = (
        (texture.rgb, np.rint(mixed.clip(0, 255)).astype(np.uint8)),
        (texture.confidence, np.rint(confidence * 255).astype(np.uint8)),
        (texture.origin, np.where(known, SEEN, GUESSED).astype(np.uint8)),
    )
    return Texture(*(_pasted(atlas, layer, own) for layer, own in layers))


def _plain(rgb: Floats, known: NDArray[np.bool_], heights: NDArray[np.int64]) -> Floats:
    """float32 [K, 3], the median colour of what is `known` [K] at about the same height."""
    seen, levels = heights[known], np.unique(heights)
    apart = np.abs(seen - levels[:, None])
    reach = np.maximum(apart.min(axis=1), round(TUNING.skirt_band * len(levels)))
    near = apart <= reach[:, None]
    medians = np.stack([np.median(rgb[known][chosen], axis=0) for chosen in near])
    return np.asarray(medians[np.searchsorted(levels, heights)], np.float32)


def _pasted(atlas: Atlas, layer: Pixels, own: Pixels) -> Pixels:
    result = layer.copy()
    result[atlas.rows, atlas.columns] = own
    return result

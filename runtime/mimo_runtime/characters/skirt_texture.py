"""The colours of a skirt, read from the picture; its unseen side is as plain as the body's."""

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats, Pixels
from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import Camera
from mimo_runtime.body.pose import Pose
from mimo_runtime.characters.atlas import Atlas, atlas_of
from mimo_runtime.characters.completion import texels
from mimo_runtime.characters.sampling import Samples, sample_colours
from mimo_runtime.characters.skirt import COLUMNS, ROWS, texture_corners
from mimo_runtime.characters.texture import SEEN, Texture
from mimo_runtime.characters.tuning import TUNING


def with_skirt(
    texture: Texture, body: Body, pose: Pose, camera: Camera, rgb: Pixels, alpha: Pixels
) -> Texture:
    """`texture` with the skirt of `body`, which wears one; arguments as in `sample_colours`."""
    corners = texture_corners()
    atlas = atlas_of(corners, len(texture.rgb), len(corners) - 2 * ROWS * COLUMNS)
    samples = sample_colours(atlas, body, pose, camera, rgb, alpha)
    plain = _plain(samples, atlas.columns)
    own = texels(samples.rgb, samples.confidence, plain, np.full(len(plain), SEEN))
    layers = zip((texture.rgb, texture.confidence, texture.origin), own, strict=True)
    return Texture(*(_pasted(atlas, layer, values) for layer, values in layers))


def _plain(samples: Samples, heights: NDArray[np.int64]) -> Floats:
    """float32 [K, 3], the median colour of what is known at about the same of `heights` [K].

    Where nothing is, of what the picture has in those places.
    """
    known = samples.confidence >= TUNING.enough_confidence
    if not known.any():
        known = np.ones_like(known)
    rgb, seen, levels = samples.rgb[known], heights[known], np.unique(heights)
    apart = np.abs(seen - levels[:, None])
    reach = np.maximum(apart.min(axis=1), round(TUNING.skirt_band * len(levels)))
    medians = np.stack([np.median(rgb[near], axis=0) for near in apart <= reach[:, None]])
    return np.asarray(medians[np.searchsorted(levels, heights)], np.float32)


def _pasted(atlas: Atlas, layer: Pixels, values: Pixels) -> Pixels:
    result = layer.copy()
    result[atlas.rows, atlas.columns] = values
    return result

"""A whole texture out of what one picture shows of a body.

What is not seen is taken from the mirror image of the other side; then from what is at the same
height of the same part of the body (`other_side`); then from what flows in over the surface. All
but the first are flagged.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats, Pixels
from mimo_runtime.body.body import Body
from mimo_runtime.characters.atlas import Atlas
from mimo_runtime.characters.diffusion import diffuse
from mimo_runtime.characters.mirror import mirrored_texels
from mimo_runtime.characters.other_side import from_other_side
from mimo_runtime.characters.sampling import Samples
from mimo_runtime.characters.texture import GUESSED, MIRRORED, SEEN, Texture
from mimo_runtime.characters.tuning import TUNING


def complete(atlas: Atlas, body: Body, samples: Samples) -> Texture:
    """The texture of `atlas` from `samples` of its texels; at least one of them is seen."""
    twins = mirrored_texels(atlas, body)
    theirs = np.where(twins >= 0, samples.confidence[twins], 0) * TUNING.mirrored_share
    mirrored = (samples.confidence < TUNING.enough_confidence) & (
        theirs >= TUNING.enough_confidence
    )
    rgb = np.where(mirrored[:, None], samples.rgb[twins], samples.rgb)
    merged = np.where(mirrored, theirs, samples.confidence)
    filled = atlas.spread(_vertex_colours(atlas, body, rgb, merged), body)
    known_as = np.where(mirrored, MIRRORED, SEEN)
    return Texture(*map(atlas.picture, texels(rgb, merged, filled, known_as)))


def texels(
    rgb: Floats, confidence: Floats, filled: NDArray[Any], known_as: NDArray[Any]
) -> tuple[Pixels, Pixels, Pixels]:
    """Colours [K, 3], confidence and origin [K] as a texture has them: `rgb` as far as it is known,
    and for the rest what it was `filled` with.
    """
    known = confidence >= TUNING.enough_confidence
    span = TUNING.whole_confidence - TUNING.enough_confidence
    share = np.clip((confidence - TUNING.enough_confidence) / span, 0, 1)[:, None]
    mixed = share * rgb + (1 - share) * filled
    sure = np.where(known, confidence, TUNING.guessed_confidence)
    return (
        np.rint(mixed.clip(0, 255)).astype(np.uint8),
        np.rint(sure * 255).astype(np.uint8),
        np.where(known, known_as, GUESSED).astype(np.uint8),
    )


def _vertex_colours(atlas: Atlas, body: Body, rgb: Floats, confidence: Floats) -> Floats:
    """float32 [V, 3]: the mean of the sure texels around each vertex, the rest filled."""
    believed = np.where(confidence >= TUNING.enough_confidence, confidence, 0)
    weights = believed[:, None] * atlas.shares
    ids, size = body.triangles[atlas.triangles].ravel(), len(body.vertices_m)
    total = np.bincount(ids, weights.ravel(), size)
    sums = [np.bincount(ids, (weights * rgb[:, c, None]).ravel(), size) for c in range(3)]
    known = total > 0
    colours = (np.stack(sums, axis=1) / np.where(known, total, 1)[:, None]).astype(np.float32)
    opposite, filled = from_other_side(body, colours, known)
    colours[filled] = opposite[filled]
    return diffuse(colours, known | filled, body.triangles)

"""A whole texture out of what one picture shows of a body.

What is not seen is taken from the mirror image of the other side; then from the opposite side of
the same limb or of the trunk, front for back, which keeps the borders of clothes in their places;
then, and on the head, from what flows in over the surface. All but the first are flagged.
"""

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import orbit
from mimo_runtime.body.raster import NOBODY, nearest_triangles
from mimo_runtime.characters.atlas import Atlas
from mimo_runtime.characters.diffusion import diffuse
from mimo_runtime.characters.mirror import mirrored_texels
from mimo_runtime.characters.sampling import Samples
from mimo_runtime.characters.texture import GUESSED, MIRRORED, SEEN, Texture
from mimo_runtime.fitting.freedoms import NECK

Floats = NDArray[np.float32]

_ENOUGH = 0.15
_WHOLE = 0.4  # confidence from which nothing else is mixed in
_MIRRORED_SHARE = 0.6
_GUESSED_CONFIDENCE = 0.1
_SCAN_PX = 512
_SCAN_FROM_M = 60.0


def complete(atlas: Atlas, body: Body, samples: Samples) -> Texture:
    """The texture of `atlas` from `samples` of its texels; at least one of them is seen."""
    twins = mirrored_texels(atlas, body)
    theirs = np.where(twins >= 0, samples.confidence[twins], 0) * _MIRRORED_SHARE
    mirrored = (samples.confidence < _ENOUGH) & (theirs >= _ENOUGH)
    rgb = np.where(mirrored[:, None], samples.rgb[twins], samples.rgb)
    sure = np.where(mirrored, theirs, samples.confidence)
    filled = atlas.spread(_vertex_colours(atlas, body, rgb, sure), body)
    share = np.clip((sure - _ENOUGH) / (_WHOLE - _ENOUGH), 0, 1)[:, None]
    mixed = share * rgb + (1 - share) * filled
    known = sure >= _ENOUGH
    origin = np.where(known, np.where(mirrored, MIRRORED, SEEN), GUESSED).astype(np.uint8)
    confidence = np.where(known, sure, _GUESSED_CONFIDENCE)
    return Texture(
        atlas.picture(np.rint(mixed.clip(0, 255)).astype(np.uint8)),
        atlas.picture(np.rint(confidence * 255).astype(np.uint8)),
        atlas.picture(origin),
    )


def _vertex_colours(atlas: Atlas, body: Body, rgb: Floats, sure: Floats) -> Floats:
    """float32 [V, 3]: the mean of the sure texels around each vertex, the rest filled."""
    weights = np.where(sure >= _ENOUGH, sure, 0)[:, None] * atlas.shares
    ids, size = body.triangles[atlas.triangles].ravel(), len(body.vertices_m)
    total = np.bincount(ids, weights.ravel(), size)
    sums = [np.bincount(ids, (weights * rgb[:, c, None]).ravel(), size) for c in range(3)]
    known = total > 0
    colours = (np.stack(sums, axis=1) / np.where(known, total, 1)[:, None]).astype(np.float32)
    opposite, found = _from_other_side(body, colours, known)
    colours[found] = opposite[found]
    return diffuse(colours, known | found, body.triangles)


def _from_other_side(
    body: Body, colours: Floats, known: NDArray[np.bool_]
) -> tuple[Floats, NDArray[np.bool_]]:
    """For each unknown vertex below the neck the colour that is before or behind it at rest."""
    head = [body.skeleton.index(name) for name in NECK]
    main = np.take_along_axis(body.weight_joints, body.weights.argmax(axis=1)[:, None], 1)[:, 0]
    wanted = ~known & ~np.isin(main, head)
    result, found = np.zeros_like(colours), np.zeros(len(known), bool)
    for azimuth_deg in (0.0, 180.0):
        owners = _scan(body, azimuth_deg)
        corners = body.triangles[owners]
        usable = wanted & ~found & (owners != NOBODY) & known[corners].all(axis=1)
        result[usable] = colours[corners[usable]].mean(axis=1)
        found |= usable
    return result, found


def _scan(body: Body, azimuth_deg: float) -> NDArray[np.int32]:
    """int32 [V], the triangle that is seen, from afar, at the place of each vertex."""
    middle = (body.vertices_m.min(axis=0) + body.vertices_m.max(axis=0)) / 2
    focal_px = 0.9 * _SCAN_PX * _SCAN_FROM_M / float(np.ptp(body.vertices_m[:, 1]))
    camera = orbit(middle, azimuth_deg, middle[1], _SCAN_FROM_M, (_SCAN_PX, _SCAN_PX), focal_px)
    pixels, depths = camera.project(body.vertices_m)
    owners, _, _ = nearest_triangles(pixels, depths, body.triangles, _SCAN_PX, _SCAN_PX)
    columns, rows = np.floor(pixels).astype(np.int64).clip(0, _SCAN_PX - 1).T
    return np.asarray(owners[rows, columns], np.int32)

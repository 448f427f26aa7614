"""The surface of a body moved to the outline of a matte: hair, skirts, wide clothes.

One length per vertex along its normal (as SMPL+D has, Alldieck et al., 2018, from silhouettes
alone), known where the body's outline is and smooth everywhere else; the two sides of a person are
much alike.
"""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats
from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import Camera
from mimo_runtime.body.normals import vertex_normals
from mimo_runtime.body.pose import Pose
from mimo_runtime.body.render import silhouette
from mimo_runtime.body.skeleton import Array
from mimo_runtime.body.skinning import pose_vertices
from mimo_runtime.characters.diffusion import edges, means
from mimo_runtime.characters.mirror import mirrored_vertices
from mimo_runtime.characters.other_side import face
from mimo_runtime.characters.outline import gaps_px, on_outline
from mimo_runtime.characters.spread import Links, spread
from mimo_runtime.characters.tuning import TUNING

_HEIGHT_M = 1.66  # of the body that the limits are for
_LIMITS_M: Final = (
    ("Head", (-0.015, 0.12)), ("Neck", (-0.02, 0.09)), ("Hand", (-0.004, 0.012)),
    ("Finger", (-0.003, 0.01)), ("Thumb", (-0.003, 0.01)), ("ForeArm", (-0.015, 0.05)),
    ("Arm", (-0.02, 0.07)), ("Foot", (-0.01, 0.05)), ("Toe", (-0.01, 0.04)),
)  # fmt: skip
_ELSEWHERE_M = (-0.04, 0.12)


def displacements(body: Body, pose: Pose, camera: Camera, alpha: NDArray[np.uint8]) -> Floats:
    """float32 [V] in metres along `smooth_normals`, bounded, 0 where nothing is known.

    Args:
        body, pose, camera: the shipped body as fitted; the camera has the size of `alpha`.
        alpha: uint8 [H, W], 255 on the character.
    """
    matte = alpha > 127
    normals = smooth_normals(body)
    low, high = _limits(body)
    held = np.where(face(body), TUNING.face_weight, 0.0)
    links = Links.of(body.triangles, mirrored_vertices(body))
    lengths_m = np.zeros(len(body.vertices_m))
    for _ in range(TUNING.displacement_rounds):
        moved = displaced(body, lengths_m.astype(np.float32), normals)
        chosen, gaps_m = _gaps(moved, pose, camera, matte)
        target, weight = np.zeros_like(lengths_m), held.copy()
        target[chosen] = (lengths_m[chosen] + gaps_m).clip(low[chosen], high[chosen])
        weight[chosen] += 1 / (1 + (gaps_m / TUNING.gap_doubt_m) ** 2)
        lengths_m = spread(target, weight, lengths_m, links).clip(low, high)
    return lengths_m.astype(np.float32)


def displaced(body: Body, lengths_m: Floats, normals: Array | None = None) -> Body:
    """`body` with its vertices moved by `lengths_m` [V] along `smooth_normals`, soles on y = 0."""
    directions = smooth_normals(body) if normals is None else normals
    vertices = body.vertices_m + lengths_m[:, None] * directions
    vertices[:, 1] = np.maximum(vertices[:, 1], 0)
    return replace(body, vertices_m=vertices)


def smooth_normals(body: Body) -> Array:
    """float64 [V, 3], unit normals at rest that do not follow folds."""
    normals = vertex_normals(body.vertices_m, body.triangles)
    starts, ends = edges(body.triangles)
    everywhere = np.ones(len(normals), bool)
    for _ in range(TUNING.normal_rounds):
        normals = means(normals, everywhere, starts, ends)
    return np.asarray(normals / np.linalg.norm(normals, axis=1, keepdims=True).clip(1e-9))


def _gaps(
    body: Body, pose: Pose, camera: Camera, matte: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], Array]:
    """Vertices on the outline and how far each is inside that of the matte, in metres."""
    vertices = pose_vertices(body, pose)
    drawn = silhouette(body, vertices, camera)
    chosen, directions = on_outline(body, vertices, camera, drawn, TUNING.displacement_points)
    pixels, depths = camera.project(vertices[chosen])
    scale_m = depths / camera.focal_px
    furthest_px = 2 * _ELSEWHERE_M[1] / float(np.median(scale_m)) if len(chosen) else 0.0
    gaps = gaps_px(pixels, directions, drawn, matte, furthest_px) if furthest_px else np.zeros(0)
    known = np.isfinite(gaps)
    return chosen[known], gaps[known] * scale_m[known]


def _limits(body: Body) -> tuple[Array, Array]:
    """The least and most that each vertex may move, float64 [V]: as its joints allow."""
    names = body.skeleton.names
    table = np.array(
        [next((limits for part, limits in _LIMITS_M if part in name), _ELSEWHERE_M)
         for name in names]
    )  # fmt: skip
    limits = np.einsum("vk,vkb->vb", body.weights, table[body.weight_joints])
    limits[face(body)] = 0
    low, high = limits.T * float(np.ptp(body.vertices_m[:, 1])) / _HEIGHT_M
    return low, high

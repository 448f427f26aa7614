"""A posture refined so that the outline of the body meets that of the matte.

Points of the skin on the body's outline are matched with the nearest edge of the matte that faces
the same way, and inverse kinematics is solved again, round after round (an iterated closest point).
Clothes and hair stand off the body, so an edge outside of it pulls less than one inside pushes.
"""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.analysis.joints import LANDMARK
from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import Camera
from mimo_runtime.body.pose import JointTransforms, Pose, transforms_of
from mimo_runtime.body.render import silhouette
from mimo_runtime.body.skeleton import Array
from mimo_runtime.body.skinning import pose_vertices
from mimo_runtime.characters.outline import on_outline
from mimo_runtime.characters.tuning import TUNING
from mimo_runtime.fitting.degrees_of_freedom import NECK
from mimo_runtime.fitting.landmark_points import LandmarkPoints
from mimo_runtime.fitting.sight import from_sight, to_sight
from mimo_runtime.fitting.solve import Outline, Targets, solve

_HALF_PX = 0.5  # a contour runs through the middles of the outermost pixels
_FACE = slice(0, LANDMARK["mouth_right"] + 1)


def refine(
    body: Body, targets: Targets, pose: Pose, camera: Camera, alpha: NDArray[np.uint8]
) -> Pose:
    """`pose`, whose body `camera` sees, brought nearer to the edge of `alpha` [H, W], 0 to 255.

    targets: of one frame, the landmarks, which keep their say. camera: of the size of `alpha`.
    """
    edges, directions = _edges(alpha)
    if len(edges) == 0:
        return pose
    weights = targets.weights.copy()
    weights[:, _FACE] *= TUNING.face_factor
    targets = replace(targets, weights=weights)
    for _ in range(TUNING.fit_rounds):
        outline = _outline(body, pose, camera, edges, directions)
        if outline is None:
            return pose
        solved = solve(body, targets, to_sight(pose, camera), TUNING.fit_steps, outline)
        pose = from_sight(solved, camera)
    return pose


def _outline(
    body: Body, pose: Pose, camera: Camera, edges: Array, directions: Array
) -> Outline | None:
    """The body's outline matched with `edges` [E, 2], whose outsides lie along `directions`."""
    vertices = pose_vertices(body, pose)
    drawn = silhouette(body, vertices, camera)
    chosen, own_directions = on_outline(body, vertices, camera, drawn, TUNING.fit_points)
    pixels, _ = camera.project(vertices[chosen])
    apart = np.hypot(*(np.subtract.outer(pixels[:, axis], edges[:, axis]) for axis in (0, 1)))
    same_way = sum(np.outer(own_directions[:, axis], directions[:, axis]) for axis in (0, 1))
    apart = np.where(same_way > TUNING.fit_same_way, apart, np.inf)
    nearest = apart.argmin(axis=1)
    near = apart.min(axis=1) < TUNING.fit_furthest * max(camera.width_px, camera.height_px)
    if not near.any():
        return None
    chosen, nearest, pixels = chosen[near], nearest[near], pixels[near]
    points = _carried(body, transforms_of(body.skeleton, pose), vertices, chosen)
    head = np.isin(points.joints, [body.skeleton.index(name) for name in NECK])
    inside = ((edges[nearest] - pixels) * directions[nearest]).sum(axis=1) > 0
    weights = np.where(inside, np.where(head, TUNING.hair_share, TUNING.clothes_share), 1.0)
    return Outline(
        points=points,
        rays=(edges[nearest] - np.array(camera.centre_px)) / camera.focal_px,
        normals=directions[nearest],
        weights=weights * TUNING.fit_weight / len(weights),
    )


def _edges(alpha: NDArray[np.uint8]) -> tuple[Array, Array]:
    """The edge of the matte, float64 [E, 2] in px, and where its outside is there, [E, 2].

    Not the border of the picture, where the character goes on.
    """
    soft = cv2.GaussianBlur(alpha.astype(np.float32), (0, 0), 1.5)
    across, down = (cv2.Sobel(soft, cv2.CV_32F, *order) for order in ((1, 0), (0, 1)))
    contours, _ = cv2.findContours(
        (alpha > 127).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE
    )
    if not contours:
        return np.zeros((0, 2)), np.zeros((0, 2))
    x, y = np.concatenate([contour[:, 0] for contour in contours]).T
    height, width = alpha.shape
    free = (x > 1) & (y > 1) & (x < width - 2) & (y < height - 2)
    x, y = x[free], y[free]
    directions = -np.column_stack([across[y, x], down[y, x]]).astype(np.float64)
    directions /= np.maximum(np.linalg.norm(directions, axis=1, keepdims=True), 1e-9)
    return np.column_stack([x, y]) + 0.5 + _HALF_PX * directions, directions


def _carried(
    body: Body, placement: JointTransforms, vertices: Array, chosen: NDArray[np.int64]
) -> LandmarkPoints:
    """The vertices as points that go along with the joint that carries each of them most."""
    strongest = body.weights[chosen].argmax(axis=1)
    joints = body.weight_joints[chosen, strongest].astype(np.int64)
    away = vertices[chosen] - placement.joints_m[joints]
    return LandmarkPoints(joints, np.einsum("cba,cb->ca", placement.turns[joints], away))

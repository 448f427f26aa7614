"""Linear blend skinning: where a posture puts the vertices of a body."""

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.body import Body
from mimo_runtime.body.jit import Compiled
from mimo_runtime.body.pose import Pose, transforms_of
from mimo_runtime.body.skeleton import Array


def pose_vertices(body: Body, pose: Pose) -> Array:
    """float64 [V, 3] in metres, the vertices of `body` in the world."""
    skeleton = body.skeleton
    placed = transforms_of(skeleton, pose)
    moves = np.empty((skeleton.joint_count, 3, 4))
    moves[:, :, :3] = placed.turns
    moves[:, :, 3] = placed.joints_m - np.einsum("jab,jb->ja", placed.turns, skeleton.rest_m)
    return _skin(_corrected(body, pose), body.weight_joints, body.weights, moves)


def _corrected(body: Body, pose: Pose) -> Array:
    if body.correctives is None:
        return body.vertices_m
    away = (pose.rotations[1:] - np.eye(3)).reshape(-1)
    return np.asarray(body.vertices_m + body.correctives @ away, np.float64)


@Compiled
def _skin(vertices: Array, joints: NDArray[np.int32], weights: Array, moves: Array) -> Array:
    moved = np.empty_like(vertices)
    for vertex in range(vertices.shape[0]):
        x, y, z = vertices[vertex, 0], vertices[vertex, 1], vertices[vertex, 2]
        sums = np.zeros(3)
        for slot in range(joints.shape[1]):
            weight = weights[vertex, slot]
            if weight == 0:
                continue
            move = moves[joints[vertex, slot]]
            for axis in range(3):
                sums[axis] += weight * (
                    move[axis, 0] * x + move[axis, 1] * y + move[axis, 2] * z + move[axis, 3]
                )
        moved[vertex] = sums
    return moved

"""The skeleton animation of a glTF, GLB, VRM or VRM animation file as a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from mimo_runtime.body.pose import local_rotations
from mimo_runtime.body.rotations import from_quaternion, to_quaternion
from mimo_runtime.body.skeleton import Array, Skeleton, tails_from_children
from mimo_runtime.errors import MediaError
from mimo_runtime.motions.files.gltf_animation import AnimationChannel, longest_animation, sampling
from mimo_runtime.motions.files.gltf_file import (
    GLTF_ERRORS,
    GltfFile,
    node_names,
    open_gltf,
    unreadable,
)
from mimo_runtime.motions.motion import Motion
from mimo_runtime.motions.retargeting.humanoid_bones import Humanoid, find_bones
from mimo_runtime.motions.retargeting.person import Person
from mimo_runtime.motions.retargeting.rotation_angles import nearest_rotation

_SCENE = "scene"


@dataclass(frozen=True, slots=True, eq=False)
class _Nodes:
    """All nodes, parents first, below one joint 0 for the scene: `order` [J - 1] of the file."""

    order: tuple[int, ...]
    parents: tuple[int, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Local:
    """Where nodes are in their parents: float64 [N, J, 3], matrices [N, J, 3, 3], [N, J, 3]."""

    moved: Array
    turned: Array
    scaled: Array


def read_gltf(
    path: Path, given: Mapping[str, str] | None = None, rate_fps: Fraction | None = None
) -> tuple[Person, Humanoid, tuple[str, ...]]:
    """The person of the longest animation in `path`, whose names these are, and remarks.

    given: joints for bones, by node names. rate_fps: at which keys are sampled.

    Raises:
        MediaError: it is no glTF, has no animation, or no person in it.
        LimitExceededError: it is too large.
    """
    file = open_gltf(path)
    try:
        nodes = _nodes(file)
        channels, name, count = longest_animation(file)
        bind = _bind_rotations(file, nodes)
    except GLTF_ERRORS as error:
        raise unreadable(path, error) from None
    if not channels:
        raise MediaError(
            f"'{path.name}' has no animation of a skeleton; export it with its animation."
        )
    times_s, rate = sampling(channels, rate_fps, path.name)
    still = _locals(file, nodes, [], np.zeros(1))
    rest = _world(nodes, still)
    humanoid = find_bones(_skeleton(nodes, rest[0][0]), path.name, given)
    used = _used(nodes, humanoid)
    zero = _zero_rotations(nodes, still.turned[0], bind)[used]
    nodes = _part(nodes, used)
    bones = {bone: used.index(joint) for bone, joint in humanoid.bones.items()}
    moving = _world(nodes, _locals(file, nodes, channels, times_s))
    person = _person(path.name, nodes, bones, (moving, zero, rate))
    remark = (f"the longest of {count} animations, '{name}', is taken",) if count > 1 else ()
    return person, humanoid, remark


def _nodes(file: GltfFile) -> _Nodes:
    children = [list(node.children or ()) for node in file.content.nodes]
    names = node_names(file)
    below = {child for group in children for child in group}
    order: list[int] = []
    parents: list[int] = [-1]
    waiting = [(node, 0) for node in range(len(children)) if node not in below][::-1]
    while waiting:
        node, parent = waiting.pop()
        if node in order:
            raise ValueError("a node hangs from two others")
        order.append(node)
        parents.append(parent)
        waiting += [(child, len(order)) for child in children[node][::-1]]
    return _Nodes(tuple(order), tuple(parents), (_SCENE, *(names[node] for node in order)))


def _part(nodes: _Nodes, used: Sequence[int]) -> _Nodes:
    """The joints `used`, which hold what is above each."""
    return _Nodes(
        tuple(nodes.order[joint - 1] for joint in used[1:]),
        tuple(-1 if joint == 0 else used.index(nodes.parents[joint]) for joint in used),
        tuple(nodes.names[joint] for joint in used),
    )


def _locals(
    file: GltfFile, nodes: _Nodes, channels: Sequence[AnimationChannel], times_s: Array
) -> _Local:
    """Every node in its parent at each of `times_s`, as `channels` say or else as it stands."""
    frames, joints = len(times_s), len(nodes.parents)
    local = _Local(
        np.zeros((frames, joints, 3)),
        np.tile(np.eye(3), (frames, joints, 1, 1)),
        np.ones((frames, joints, 3)),
    )
    for joint, node in enumerate(nodes.order, start=1):
        moved, turned, scaled = _standing(file.content.nodes[node])
        local.moved[:, joint], local.turned[:, joint] = moved, turned
        local.scaled[:, joint] = scaled
    joint_of = {node: joint for joint, node in enumerate(nodes.order, start=1)}
    for channel in channels:
        if channel.node not in joint_of:
            continue
        joint, values = joint_of[channel.node], channel.at(times_s)
        if channel.path == "rotation":
            local.turned[:, joint] = from_quaternion(values[:, [3, 0, 1, 2]])
        elif channel.path == "translation":
            local.moved[:, joint] = values
        else:
            local.scaled[:, joint] = values
    return local


def _standing(node: object) -> tuple[Array, Array, Array]:
    """A node's own translation [3], rotation [3, 3] and scale [3]."""
    matrix = node.matrix  # type: ignore[attr-defined]
    if matrix:
        transform = np.array(matrix, np.float64).reshape(4, 4).T
        scale = np.linalg.norm(transform[:3, :3], axis=0)
        return transform[:3, 3], transform[:3, :3] / np.where(scale > 0, scale, 1), scale
    x, y, z, w = node.rotation or (0, 0, 0, 1)  # type: ignore[attr-defined]
    moved = np.array(node.translation or (0, 0, 0), np.float64)  # type: ignore[attr-defined]
    scaled = np.array(node.scale or (1, 1, 1), np.float64)  # type: ignore[attr-defined]
    return moved, from_quaternion(np.array([w, x, y, z], np.float64)), scaled


def _world(nodes: _Nodes, local: _Local) -> tuple[Array, Array, Array]:
    """Places [N, J, 3], rotations [N, J, 3, 3] and scales [N, J, 3] of nodes in the world."""
    positions, turns = np.zeros_like(local.moved), np.copy(local.turned)
    scales = np.copy(local.scaled)
    for joint, parent in enumerate(nodes.parents[1:], start=1):
        inside = scales[:, parent] * local.moved[:, joint]
        positions[:, joint] = positions[:, parent] + np.einsum(
            "nab,nb->na", turns[:, parent], inside
        )
        turns[:, joint] = turns[:, parent] @ local.turned[:, joint]
        scales[:, joint] = scales[:, parent] * local.scaled[:, joint]
    return positions, turns, scales


def _skeleton(nodes: _Nodes, positions: Array) -> Skeleton:
    return Skeleton(
        nodes.names, nodes.parents, positions, tails_from_children(nodes.parents, positions)
    )


def _used(nodes: _Nodes, humanoid: Humanoid) -> list[int]:
    """The joints of the bones and all above them, in order."""
    used = set()
    for joint in humanoid.bones.values():
        while joint >= 0 and joint not in used:
            used.add(joint)
            joint = nodes.parents[joint]
    return sorted(used)


def _bind_rotations(file: GltfFile, nodes: _Nodes) -> dict[int, Array]:
    """Rotations [3, 3] in which the skin was bound to joints, by inverse bind matrices."""
    joint_of = {node: joint for joint, node in enumerate(nodes.order, start=1)}
    rotations: dict[int, Array] = {}
    for skin in file.content.skins or ():
        if skin.inverseBindMatrices is None:
            continue
        inverse = file.array(skin.inverseBindMatrices).reshape(-1, 4, 4).swapaxes(1, 2)
        for node, matrix in zip(skin.joints, inverse, strict=False):
            bound = np.asarray(np.linalg.inv(matrix)[:3, :3], np.float64)
            rotations.setdefault(joint_of[node], nearest_rotation(bound))
    return rotations


def _zero_rotations(nodes: _Nodes, turned: Array, bind: Mapping[int, Array]) -> Array:
    """The zero posture's world rotations [J, 3, 3]: as bound, else as nodes stand below it."""
    zero = [np.eye(3)]
    for joint, parent in enumerate(nodes.parents[1:], start=1):
        zero.append(bind.get(joint, zero[parent] @ turned[joint]))
    return np.stack(zero)


def _person(
    name: str,
    nodes: _Nodes,
    bones: Mapping[str, int],
    moving: tuple[tuple[Array, Array, Array], Array, Fraction],
) -> Person:
    """The part of the nodes that hangs from the hips, with a zero posture."""
    (positions, turns, _), zero, rate = moving
    hips = bones["hips"]
    kept = [joint for joint in range(len(nodes.parents)) if _below(nodes, joint, hips)]
    parents = tuple(
        -1 if kept_joint == hips else kept.index(nodes.parents[kept_joint]) for kept_joint in kept
    )
    rest = np.zeros((len(kept), 3))
    for index, parent in enumerate(parents):
        if parent >= 0:
            joint, above = kept[index], kept[parent]
            apart = positions[:, joint] - positions[:, above]
            inside = np.median(np.einsum("nba,nb->na", turns[:, above], apart), axis=0)
            rest[index] = rest[parent] + zero[above] @ inside
    world = turns[:, kept] @ zero[kept].swapaxes(-1, -2)
    names = tuple(nodes.names[kept_joint] for kept_joint in kept)
    motion = Motion(
        joints=names,
        rate_fps=rate,
        root_m=positions[:, hips].astype(np.float32),
        rotations=to_quaternion(local_rotations(parents, world)).astype(np.float32),
        source=name,
    )
    skeleton = Skeleton(names, parents, rest, tails_from_children(parents, rest))
    return Person(name, motion, skeleton, {b: kept.index(j) for b, j in bones.items() if j in kept})


def _below(nodes: _Nodes, joint: int, hips: int) -> bool:
    while joint > hips:
        joint = nodes.parents[joint]
    return joint == hips

"""Which joints of a skeleton are which bones of a person.

Limbs are told from their names (`joint_names`, `skeleton_conventions`): of the joints on one way
from the root, each takes one of the bones that its word may mean, in the order of the limb, so that
as many bones as possible are found. "Shoulder" is thus a collar bone above an "Arm" and the upper
arm above an "Elbow". Hips, spine, neck and head are told from the hierarchy.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import product

from mimo_runtime.body.skeleton import Skeleton
from mimo_runtime.errors import InvalidRequestError, MediaError
from mimo_runtime.motions.retargeting.joint_names import is_head, is_neck, limb_word
from mimo_runtime.motions.retargeting.skeleton_conventions import (
    ARM_BONES,
    LEG_BONES,
    MEANINGS,
    SIDES,
    convention_of,
)

TRUNK = ("hips", "spine_1", "spine_2", "spine_3", "neck_1", "neck_2", "head")
BONES = (*TRUNK, *(f"{side}_{bone}" for side in SIDES for bone in (*ARM_BONES, *LEG_BONES)))
REQUIRED = tuple(f"{side}_{bone}" for side in SIDES for bone in ("up_leg", "leg", "arm", "forearm"))
ENDS = {"forearm": "hand", "leg": "foot"}
_ESSENTIAL = {"arm", "forearm", "hand", "up_leg", "leg", "foot"}
_LONGEST_WAY = 8
_VAGUE = {"hip", "hand"}  # a joint of the pelvis (CMU's LHipJoint), a part of the hand (SMPL)

Bones = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Humanoid:
    """For each bone that a skeleton has the index of its joint, and whose names they are."""

    bones: Bones
    convention: str


def find_bones(skeleton: Skeleton, source: str, given: Mapping[str, str] | None = None) -> Humanoid:
    """The bones of `skeleton`; `given` names joints for bones and comes before what is found.

    Raises:
        MediaError: a bone of `REQUIRED` is missing. The sentence, in which `source` is the file,
            lists what was found.
        InvalidRequestError: `given` names a bone or a joint that there is not.
    """
    told = _given(skeleton, source, given or {})
    words = [limb_word(name) for name in skeleton.names]
    limbs: dict[str, int] = {}
    for side in SIDES:
        for bones in (ARM_BONES, LEG_BONES):
            limbs |= _limb(skeleton, words, side, bones)
    limbs |= {bone: joint for bone, joint in told.items() if bone not in TRUNK}
    _check(limbs, skeleton, source)
    known_bones = {**_trunk(skeleton, limbs), **limbs, **told}
    used = [word[1] for joint in limbs.values() if (word := words[joint])]
    name = skeleton.names[limbs["left_up_leg"]]
    return Humanoid(known_bones, "given" if told else convention_of(used, name))


def _given(skeleton: Skeleton, source: str, given: Mapping[str, str]) -> dict[str, int]:
    for bone, joint in given.items():
        if bone not in BONES:
            raise InvalidRequestError(
                f"The map of joints names a bone '{bone}'; there are {', '.join(BONES)}."
            )
        if joint not in skeleton.names:
            raise InvalidRequestError(
                f"The map of joints names '{joint}' for {bone}, but '{source}' has no such joint; "
                f"it has {', '.join(skeleton.names)}."
            )
    return {bone: skeleton.index(joint) for bone, joint in given.items()}


def _limb(
    skeleton: Skeleton, words: Sequence[tuple[str, str] | None], side: str, bones: Sequence[str]
) -> dict[str, int]:
    """The bones of one limb: of all ways from the root the one that has most of them."""
    mine = {
        joint: meant
        for joint, word in enumerate(words)
        if word and word[0] == side and (meant := [b for b in MEANINGS[word[1]] if b in bones])
    }
    chains = [[above for above in _ancestors(skeleton, joint) if above in mine] for joint in mine]
    inner = {joint for way in chains for joint in way[1:]}
    longest = [way[::-1][:_LONGEST_WAY] for way in chains if way[0] not in inner]
    assigned = [assignment for way in longest for assignment in _assignments(way, mine, bones)]
    best = max(assigned, key=lambda assignment: _worth(assignment, mine, words), default={})
    return {f"{side}_{bone}": joint for bone, joint in best.items()}


def _assignments(
    way: Sequence[int], meant: Mapping[int, Sequence[str]], bones: Sequence[str]
) -> Iterator[dict[str, int]]:
    """Every way to give joints, from the trunk outwards, bones that follow each other."""
    for chosen in product(*(("", *meant[joint]) for joint in way)):
        order = [bones.index(bone) for bone in chosen if bone]
        if order == sorted(set(order)):
            yield {bone: joint for bone, joint in zip(chosen, way, strict=True) if bone}


def _worth(
    bones: Mapping[str, int],
    meant: Mapping[int, Sequence[str]],
    words: Sequence[tuple[str, str] | None],
) -> tuple[int, ...]:
    """More of what is needed, then more, then words of one meaning, then nearer to the trunk."""
    vague = [joint for joint in bones.values() if (words[joint] or ("", ""))[1] in _VAGUE]
    certain = sum(len(meant[joint]) == 1 for joint in bones.values()) - len(vague)
    return len(_ESSENTIAL & set(bones)), len(bones), certain, -sum(bones.values())


def _check(limbs: Mapping[str, int], skeleton: Skeleton, source: str) -> None:
    missing = [bone for bone in REQUIRED if bone not in limbs]
    if not missing:
        return
    listed = ", ".join(f"{bone} ({skeleton.names[joint]})" for bone, joint in limbs.items())
    raise MediaError(
        f"Of the bones of a person '{source}' lacks, by the names of its joints: "
        f"{', '.join(missing)}. Found: {listed or 'none'}. Its joints are "
        f"{', '.join(skeleton.names[:80])}; give a map of bones to joints.",
        settings=("joints",),
    )


def _trunk(skeleton: Skeleton, limbs: Mapping[str, int]) -> dict[str, int]:
    """Hips: what carries both legs and both arms; spine: from there to what carries the arms."""
    legs, arms = ([limbs[f"{side}_{bone}"] for side in SIDES] for bone in ("up_leg", "arm"))
    chest = _carrier(skeleton, arms)
    hips = _carrier(skeleton, [*legs, chest])
    spine = _way(skeleton, hips, chest)
    named = [joint for joint in range(skeleton.joint_count) if is_head(skeleton.names[joint])]
    heads = [joint for joint in named if hips in _ancestors(skeleton, joint)][:1]
    necks = [joint for joint in spine if is_neck(skeleton.names[joint])]
    spine = [joint for joint in spine if joint not in necks]
    base = spine[-1] if spine else hips
    if heads:
        necks = _way(skeleton, base, heads[0])[:-1]
    else:
        necks = [j for j in range(skeleton.joint_count) if is_neck(skeleton.names[j])][:2]
    return {
        "hips": hips,
        **_spread(spine, ("spine_1", "spine_2", "spine_3"), (0, -1)),
        **_spread(necks, ("neck_1", "neck_2"), (0, -1)),
        **({"head": heads[0]} if heads else {}),
    }


def _spread(joints: Sequence[int], bones: Sequence[str], two: tuple[int, int]) -> dict[str, int]:
    """Give `bones` to `joints`: of more joints the ends and the middle, of two the ends."""
    if len(joints) <= 1:
        return dict(zip(bones, joints, strict=False))
    if len(joints) == 2 or len(bones) == 2:
        return {bones[0]: joints[two[0]], bones[-1]: joints[two[1]]}
    return {bones[0]: joints[0], bones[1]: joints[len(joints) // 2], bones[2]: joints[-1]}


def _ancestors(skeleton: Skeleton, joint: int) -> list[int]:
    """The joint and all above it, the root last."""
    ancestors = []
    while joint >= 0:
        ancestors.append(joint)
        joint = skeleton.parents[joint]
    return ancestors


def _carrier(skeleton: Skeleton, joints: Sequence[int]) -> int:
    """The lowest joint that all of `joints`, which may be one of them, hang from."""
    shared = reduce(
        lambda first, second: [joint for joint in first if joint in second],
        [_ancestors(skeleton, joint) for joint in joints],
    )
    return shared[0]


def _way(skeleton: Skeleton, start: int, end: int) -> list[int]:
    """The joints below `start` down to `end`; empty where `end` is not below it."""
    above = _ancestors(skeleton, end)
    return above[: above.index(start)][::-1] if start in above else []

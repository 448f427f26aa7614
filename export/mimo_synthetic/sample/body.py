"""The sample's body: a pose in joint angles becomes named points.

Body frame in metres: x to the body's left, y up from the ground, z to where it faces.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Pair = tuple[float, float]

SIDES = (("left", 1.0), ("right", -1.0))
THIGH_M, SHIN_M, UPPER_ARM_M, FOREARM_M, HAND_M = 0.42, 0.40, 0.28, 0.24, 0.10


@dataclass(frozen=True, slots=True)
class Pose:
    """Joint angles in degrees, (left, right) where there are two; positive bends forward."""

    hip: Pair = (0.0, 0.0)
    knee: Pair = (0.0, 0.0)
    foot: Pair = (0.0, 0.0)
    shoulder: Pair = (0.0, 0.0)
    elbow: Pair = (0.0, 0.0)
    arm_spread: float = 9.0
    leg_spread: float = 1.0
    twist: float = 0.0
    lean: float = 0.0


A_POSE = Pose(elbow=(6.0, 6.0), arm_spread=34.0, leg_spread=5.0)


def turn(axis: int, degrees: float) -> Array:
    """Rotation matrix [3, 3] about x (0), y (1) or z (2), right-handed."""
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    matrix = np.eye(3)
    first, second = (axis + 1) % 3, (axis + 2) % 3
    matrix[first, first] = matrix[second, second] = cosine
    matrix[first, second], matrix[second, first] = -sine, sine
    return matrix


def walk_pose(phase: float) -> Pose:
    """One moment of a walk; `phase` counts cycles, the left heel strikes at whole numbers."""
    legs = (phase, phase + 0.5)
    swing = np.cos(2 * np.pi * phase)
    return Pose(
        hip=_both([4 + 25 * np.cos(2 * np.pi * p) for p in legs]),
        knee=_both([5 + 11 * _bump(p, 0.15, 0.07) + 54 * _bump(p, 0.73, 0.10) for p in legs]),
        foot=_both([17 * _bump(p, 0.98, 0.06) - 50 * _bump(p, 0.62, 0.09) for p in legs]),
        shoulder=_both([-2 - 24 * np.cos(2 * np.pi * p) for p in legs]),
        elbow=_both([22 - 12 * np.cos(2 * np.pi * p) for p in legs]),
        twist=-7 * float(swing),
        lean=3.0,
    )


def points(pose: Pose) -> dict[str, Array]:
    """Every named point of the posed body [3], metres, the lowest sole at height 0."""
    hips, chest_turn = turn(1, -pose.twist), turn(1, pose.twist) @ turn(0, pose.lean)
    named: dict[str, Array] = {"pelvis": np.zeros(3)}
    for index, (side, sign) in enumerate(SIDES):
        named |= _leg(pose, index, side, sign, hips)
        named |= _arm(pose, index, side, sign, chest_turn)
    named |= {name: chest_turn @ np.array(place) for name, place in UPPER_POINTS.items()}
    sole = min(named[f"{side} {end}"][1] for side, _ in SIDES for end in ("heel", "toe"))
    return {name: place - [0.0, sole - 0.045, 0.0] for name, place in named.items()}


UPPER_POINTS: dict[str, Sequence[float]] = {
    "left waist": (0.055, 0.15, 0.0),
    "right waist": (-0.055, 0.15, 0.0),
    "left breast": (0.07, 0.34, 0.005),
    "right breast": (-0.07, 0.34, 0.005),
    "throat": (0.0, 0.44, -0.01),
    "neck": (0.0, 0.51, 0.0),
    "chin": (0.0, 0.58, 0.03),
    "skull": (0.0, 0.675, 0.005),
    "nose": (0.0, 0.612, 0.112),
    "left ear": (0.112, 0.625, 0.0),
    "right ear": (-0.112, 0.625, 0.0),
    "hair top": (0.0, 0.7, -0.012),
    "hair back": (0.0, 0.62, -0.04),
    "fringe left": (0.06, 0.74, 0.055),
    "fringe right": (-0.05, 0.737, 0.06),
    "hood left": (0.055, 0.455, -0.095),
    "hood right": (-0.055, 0.455, -0.095),
    "left lock": (0.10, 0.675, 0.0),
    "left lock end": (0.105, 0.445, -0.01),
    "right lock": (-0.10, 0.675, 0.0),
    "right lock end": (-0.105, 0.445, -0.01),
}


def _both(values: Sequence[float]) -> Pair:
    return float(values[0]), float(values[1])


def _bump(phase: float, centre: float, width: float) -> float:
    offset = (phase - centre + 0.5) % 1.0 - 0.5
    return float(np.exp(-0.5 * (offset / width) ** 2))


def _leg(pose: Pose, index: int, side: str, sign: float, hips: Array) -> dict[str, Array]:
    down, outward = np.array([0.0, -1.0, 0.0]), turn(2, sign * pose.leg_spread)
    hip = hips @ np.array([sign * 0.09, -0.02, 0.0])
    knee = hip + THIGH_M * outward @ turn(0, -pose.hip[index]) @ down
    ankle = knee + SHIN_M * outward @ turn(0, pose.knee[index] - pose.hip[index]) @ down
    foot = turn(1, sign * 7) @ turn(0, -pose.foot[index])
    heel, toe = foot @ np.array([0.0, -0.045, -0.05]), foot @ np.array([0.0, -0.05, 0.155])
    ends = {"hip": hip, "knee": knee, "ankle": ankle, "heel": ankle + heel, "toe": ankle + toe}
    return {f"{side} {name}": place for name, place in ends.items()}


def _arm(pose: Pose, index: int, side: str, sign: float, chest: Array) -> dict[str, Array]:
    down, outward = np.array([0.0, -1.0, 0.0]), turn(2, sign * pose.arm_spread)
    raised = turn(0, -pose.shoulder[index])
    bent = turn(0, -pose.shoulder[index] - pose.elbow[index])
    shoulder = chest @ np.array([sign * 0.17, 0.405, 0.0])
    elbow = shoulder + UPPER_ARM_M * chest @ outward @ raised @ down
    wrist = elbow + FOREARM_M * chest @ outward @ bent @ down
    finger = wrist + HAND_M * chest @ outward @ bent @ down
    ends = {"shoulder": shoulder, "elbow": elbow, "wrist": wrist, "finger": finger}
    return {f"{side} {name}": place for name, place in ends.items()}

"""Motions made of sines for the shipped body: what `PROCEDURAL` names, a walk first of all."""

from collections.abc import Callable, Mapping
from fractions import Fraction

import numpy as np

from mimo_runtime.body.rotations import about_axis
from mimo_runtime.body.skeleton import Skeleton
from mimo_runtime.motions.exercises import circle_arms, jump, kick, pick_up, side_step, squat
from mimo_runtime.motions.motion import Motion
from mimo_runtime.motions.sines import ARM_DOWN_DEG, SIDES, X, Y, Z, standing_motion

_STEPS_PER_S = 0.9


def walk(skeleton: Skeleton, frame_count: int, rate_fps: Fraction) -> Motion:
    """Walking towards +z; the foot that carries does not slide."""
    phase = 2 * np.pi * _STEPS_PER_S * np.arange(frame_count) / float(rate_fps)
    turns = {
        "Hips": about_axis(Y, -4 * np.sin(phase)),
        "Spine1": about_axis(Y, 8 * np.sin(phase)),
    }
    for side, sign, offset in SIDES:
        swing = np.sin(phase + offset)
        bend = 4 + 52 * ((1 + np.cos(phase + offset)) / 2) ** 2
        thigh = 4 + 24 * swing
        turns[f"{side}UpLeg"] = about_axis(X, -thigh) @ about_axis(Z, -4 * sign)
        turns[f"{side}Leg"] = about_axis(X, bend)
        turns[f"{side}Foot"] = about_axis(X, 0.75 * (thigh - bend))
        turns[f"{side}Arm"] = about_axis(X, 22 * swing) @ about_axis(Z, -ARM_DOWN_DEG * sign)
        turns[f"{side}ForeArm"] = about_axis(X, 12 + 8 * swing)
    return standing_motion(skeleton, turns, frame_count, rate_fps, "a walk made of sines")


def wave(skeleton: Skeleton, frame_count: int, rate_fps: Fraction) -> Motion:
    """Standing and waving with the right hand."""
    time_s = np.arange(frame_count) / float(rate_fps)
    turns = {
        "Hips": about_axis(Z, 1.5 * np.sin(2 * np.pi * 0.4 * time_s)),
        "Head": about_axis(Y, 8 * np.sin(2 * np.pi * 0.3 * time_s)),
        "LeftArm": about_axis(Z, -ARM_DOWN_DEG + 2 * np.sin(2 * np.pi * 0.5 * time_s)),
        "RightArm": about_axis(Z, np.full(frame_count, -65.0)),
        "RightForeArm": about_axis(Z, -45 + 25 * np.sin(2 * np.pi * 1.2 * time_s)),
    }
    return standing_motion(skeleton, turns, frame_count, rate_fps, "a wave made of sines")


def turn(skeleton: Skeleton, frame_count: int, rate_fps: Fraction) -> Motion:
    """Standing and turning once to the left over the whole clip, as on a turntable."""
    turns = {"Hips": about_axis(Y, 360 * np.arange(frame_count) / frame_count)}
    for side, sign, _ in SIDES:
        turns[f"{side}Arm"] = about_axis(Z, np.full(frame_count, -ARM_DOWN_DEG * sign))
    return standing_motion(skeleton, turns, frame_count, rate_fps, "a turn")


PROCEDURAL: Mapping[str, Callable[[Skeleton, int, Fraction], Motion]] = {
    "walk": walk,
    "wave": wave,
    "turn": turn,
    "squat": squat,
    "kick": kick,
    "circle-arms": circle_arms,
    "side-step": side_step,
    "pick-up": pick_up,
    "jump": jump,
}

"""More motions made of sines: a squat, a kick, circling arms, side steps, picking up, jumping."""

from fractions import Fraction

import numpy as np

from mimo_runtime.body.rotations import about_axis
from mimo_runtime.body.skeleton import Array, Skeleton
from mimo_runtime.motions.motion import Motion
from mimo_runtime.motions.sines import ARM_DOWN_DEG, SIDES, X, Y, Z, lifted, standing_motion

_GRAVITY_M_PER_S2 = 9.81
_JUMP_S, _FLIGHT_S = 1.3, 0.42
_HANGING_DEG = 15.0  # an arm that hangs, beyond a walker's


def squat(skeleton: Skeleton, frame_count: int, rate_fps: Fraction) -> Motion:
    """Going down into the knees and up again with the arms stretched forward."""
    low = (1 - np.cos(_phase(0.5, frame_count, rate_fps))) / 2
    turns = _bent_legs(60 * low) | {"LowerBack": about_axis(X, 30 * low)}
    for side, sign, _ in SIDES:
        turns[f"{side}Arm"] = about_axis(X, -75 * low) @ about_axis(Z, -ARM_DOWN_DEG * sign)
    return standing_motion(skeleton, turns, frame_count, rate_fps, "a squat made of sines")


def kick(skeleton: Skeleton, frame_count: int, rate_fps: Fraction) -> Motion:
    """Kicking forward with the right leg, the arms against it."""
    phase = _phase(0.6, frame_count, rate_fps)
    swing = 25 - 45 * np.cos(phase)
    bend = 10 + 55 * (1 + np.cos(phase - 0.7)) / 2
    turns = _bent_legs(np.full(frame_count, 8.0)) | {
        "Hips": about_axis(Y, 0.15 * swing),
        "LowerBack": about_axis(X, -0.15 * swing),
        "RightUpLeg": about_axis(X, -swing) @ about_axis(Z, 4),
        "RightLeg": about_axis(X, bend),
        "RightFoot": about_axis(X, 0.8 * np.clip(swing - bend, -60, 0)),
    }
    for side, sign, _ in SIDES:
        against = sign * (0.7 * swing - 15)
        turns[f"{side}Arm"] = about_axis(X, -against) @ about_axis(Z, -0.7 * ARM_DOWN_DEG * sign)
    return standing_motion(skeleton, turns, frame_count, rate_fps, "a kick made of sines")


def circle_arms(skeleton: Skeleton, frame_count: int, rate_fps: Fraction) -> Motion:
    """Standing and circling both arms from the hips to over the head."""
    phase = _phase(0.55, frame_count, rate_fps)
    turns = {"Hips": about_axis(Z, 1.5 * np.sin(phase / 2))}
    for side, sign, _ in SIDES:
        raised = sign * (42 - 77 * np.cos(phase))
        turns[f"{side}Arm"] = about_axis(Y, -sign * 28 * np.sin(phase)) @ about_axis(Z, raised)
    return standing_motion(skeleton, turns, frame_count, rate_fps, "circling arms made of sines")


def side_step(skeleton: Skeleton, frame_count: int, rate_fps: Fraction) -> Motion:
    """A step to the left, one to the right, and so on; the feet meet in between."""
    phase = _phase(0.75, frame_count, rate_fps)
    leads = np.where(np.floor(phase / (2 * np.pi)) % 2 == 0, 1, -1)
    apart, opening = (1 - np.cos(phase)) / 2, np.sin(phase) > 0
    turns = {"Spine": about_axis(Y, 4 * leads * apart)}
    for side, sign, _ in SIDES:
        lift = np.where((leads == sign) == opening, np.sin(phase) ** 2, 0)
        out = about_axis(Z, sign * (13 * apart - 3))
        turns[f"{side}UpLeg"] = about_axis(X, -22 * lift) @ out
        turns[f"{side}Leg"] = about_axis(X, 44 * lift)
        turns[f"{side}Foot"] = np.swapaxes(out, -1, -2) @ about_axis(X, -22 * lift)
        turns[f"{side}Arm"] = about_axis(Z, sign * (18 * apart - ARM_DOWN_DEG))
    return standing_motion(skeleton, turns, frame_count, rate_fps, "side steps made of sines")


def pick_up(skeleton: Skeleton, frame_count: int, rate_fps: Fraction) -> Motion:
    """Bending down until the hands are at the shins, and up again."""
    low = (1 - np.cos(_phase(0.5, frame_count, rate_fps))) / 2
    bent = {"Hips": 48.0, "LowerBack": 30.0, "Spine": 20.0}
    turns = _bent_legs(34 * low, bent["Hips"] * low, knee=1.4)
    turns |= {name: about_axis(X, angle * low) for name, angle in bent.items()}
    turns["Neck"] = about_axis(X, -14 * low)
    for side, sign, _ in SIDES:
        down = about_axis(Z, -(ARM_DOWN_DEG + _HANGING_DEG * low) * sign)
        turns[f"{side}Arm"] = about_axis(X, -sum(bent.values()) * low) @ down
    return standing_motion(skeleton, turns, frame_count, rate_fps, "picking up, made of sines")


def jump(skeleton: Skeleton, frame_count: int, rate_fps: Fraction) -> Motion:
    """Jumping on the spot: into the knees, a flight under gravity, and into the knees again."""
    time_s = np.arange(frame_count) / float(rate_fps) % _JUMP_S
    ground_s = _JUMP_S - _FLIGHT_S
    flight_s = np.clip(time_s - ground_s, 0, None)
    low = np.where(flight_s > 0, 0, np.sin(np.pi * np.clip(time_s / ground_s, 0, 1)) ** 2)
    up = np.sin(np.pi * flight_s / _FLIGHT_S)
    turns = _bent_legs(48 * low) | {"LowerBack": about_axis(X, 22 * low)}
    for side, sign, _ in SIDES:
        raised = about_axis(Z, sign * (45 * up - ARM_DOWN_DEG))
        turns[f"{side}Arm"] = about_axis(X, 35 * low - 30 * up) @ raised
    motion = standing_motion(skeleton, turns, frame_count, rate_fps, "jumps made of sines")
    return lifted(motion, _GRAVITY_M_PER_S2 / 2 * flight_s * (_FLIGHT_S - flight_s))


def _phase(rounds_per_s: float, frame_count: int, rate_fps: Fraction) -> Array:
    """An angle in radians for every frame [N]."""
    times_s = np.arange(frame_count) / float(rate_fps)
    return np.asarray(2 * np.pi * rounds_per_s * times_s, np.float64)


def _bent_legs(
    thigh_deg: Array, hips_deg: Array | float = 0.0, knee: float = 1.95
) -> dict[str, Array]:
    """Both legs with the thighs `thigh_deg` [N] forward and the feet flat.

    hips_deg: how far the hips lean forward, which the thighs make up for. knee: its bend, of that
    of the thighs; about 2 keeps the feet under the hips, less brings them forward.
    """
    turns = {}
    for side, sign, _ in SIDES:
        apart = about_axis(Z, 3 * sign)
        turns[f"{side}UpLeg"] = about_axis(X, -thigh_deg - hips_deg) @ apart
        turns[f"{side}Leg"] = apart.T @ about_axis(X, knee * thigh_deg) @ apart
        turns[f"{side}Foot"] = apart.T @ about_axis(X, (1 - knee) * thigh_deg)
    return turns

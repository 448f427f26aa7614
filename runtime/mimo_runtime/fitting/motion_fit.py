"""The motion of one person out of the landmarks of a clip."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.body import Body
from mimo_runtime.body.rotations import to_quaternion
from mimo_runtime.errors import MediaError
from mimo_runtime.fitting.assumptions import assumptions_of
from mimo_runtime.fitting.camera_turns import CameraTurns, Pan, turns_of
from mimo_runtime.fitting.contacts import Flags
from mimo_runtime.fitting.foot_locking import lock_feet
from mimo_runtime.fitting.glitches import without_glitches
from mimo_runtime.fitting.ground import GroundPlane
from mimo_runtime.fitting.ground_alignment import soles_of, standing, standing_camera
from mimo_runtime.fitting.initial_pose import initial_poses
from mimo_runtime.fitting.landmark_track import LandmarkTrack
from mimo_runtime.fitting.observations import UPRIGHT, confidence_of, targets_of
from mimo_runtime.fitting.proportions import Proportions, measure, proportioned
from mimo_runtime.fitting.rotation_math import turned
from mimo_runtime.fitting.smoothing import smoothed_poses
from mimo_runtime.fitting.solve import Poses, Targets, joined, solve
from mimo_runtime.fitting.tuning import TUNING
from mimo_runtime.fitting.turnabouts import without_turnabouts
from mimo_runtime.motions.camera_path import CameraPath
from mimo_runtime.motions.motion import Motion

FOCAL_PER_SIDE = 1.1
CHUNK = 64
STEPS = 6


@dataclass(frozen=True, slots=True, eq=False)
class FittedMotion:
    """A motion as a video shows it.

    Attributes:
        motion: of the skeleton of `body`, y up, the ground at 0.
        body: the shipped body in the proportions of the person.
        proportions: these.
        cameras: that see the motion as the video does.
        confidence: float32 [N], 0 to 1; `TUNING.interpolated_weight` where nobody was found.
        contacts: bool [N, 4], whether left heel, left toes, right heel, right toes stand.
        guesses: what was assumed, as sentences for people.
    """

    motion: Motion
    body: Body
    proportions: Proportions
    cameras: CameraPath
    confidence: NDArray[np.float32]
    contacts: Flags
    guesses: tuple[str, ...]


def fit_motion(
    track: LandmarkTrack,
    body: Body,
    source: str = "",
    focal_px: float | None = None,
    pans: Sequence[Pan] = (),
) -> FittedMotion:
    """The shipped `body` in any shape, moving as the landmarks of `track` do.

    The heavy part runs over `CHUNK` frames at a time; what grows with the clip is 17 kB a frame.

    Args:
        focal_px: of the camera; None guesses `FOCAL_PER_SIDE` times the longer side.
        pans: what is known of how the camera turns, for all frames; none where it stands still.

    Raises:
        MediaError: nobody is in any frame.
    """
    if not track.known.any():
        raise MediaError(
            "Nobody was found in any frame, so there is no motion to fit; choose a clip in "
            "which somebody is seen."
        )
    track = without_glitches(without_turnabouts(track))
    focal = FOCAL_PER_SIDE * max(track.size_px) if focal_px is None else focal_px
    turns = turns_of(pans, track.size_px, focal) if pans else None
    targets, confidence = targets_of(track, focal, turns), confidence_of(track)
    proportions, unseen = measure(targets.positions_m, track.visibility, body)
    fitted = proportioned(body, proportions)
    rough = _in_world(_solved(fitted, targets), turns)
    still = smoothed_poses(rough, confidence, float(track.rate_fps), looks_around=turns is not None)
    soles = soles_of(fitted)
    level, ground, contacts = standing(fitted, still, soles, float(track.rate_fps), confidence)
    planted = lock_feet(fitted.skeleton, level, soles, contacts, float(track.rate_fps))
    return FittedMotion(
        motion=_motion(planted, fitted, track, source),
        body=fitted,
        proportions=proportions,
        cameras=_cameras(track, focal, ground, turns),
        confidence=np.where(track.known, confidence, TUNING.interpolated_weight).astype(np.float32),
        contacts=contacts,
        guesses=assumptions_of(
            track, fitted, focal, focal_px is None, unseen, ground, contacts, turns
        ),
    )


def _motion(poses: Poses, body: Body, track: LandmarkTrack, source: str) -> Motion:
    return Motion(
        joints=body.skeleton.names,
        rate_fps=track.rate_fps,
        root_m=poses.root_m.astype(np.float32),
        rotations=to_quaternion(poses.rotations).astype(np.float32),
        source=source,
    )


def _solved(body: Body, targets: Targets) -> Poses:
    parts = [
        _solved_chunk(body, Targets(*(part[first : first + CHUNK] for part in
                                      (targets.positions_m, targets.rays, targets.weights))))
        for first in range(0, len(targets.rays), CHUNK)
    ]  # fmt: skip
    return joined(parts)


def _solved_chunk(body: Body, targets: Targets) -> Poses:
    return solve(body, targets, initial_poses(body, targets), STEPS)


def _in_world(poses: Poses, turns: CameraTurns | None) -> Poses:
    """`poses` in the axes, with y up, of each frame's camera in those of the first."""
    if turns is None:
        return poses
    upright = UPRIGHT @ turns.matrices @ UPRIGHT
    rotations = poses.rotations.copy()
    rotations[:, 0] = upright @ rotations[:, 0]
    return Poses(turned(upright, poses.root_m), rotations)


def _cameras(
    track: LandmarkTrack, focal_px: float, ground: GroundPlane, turns: CameraTurns | None
) -> CameraPath:
    camera = standing_camera(ground, track.size_px, focal_px)
    path = CameraPath.still(camera, track.frame_count)
    if turns is None:
        return path
    rotations = np.swapaxes(turns.matrices, 1, 2) @ camera.rotation
    return replace(path, rotations=rotations, translations_m=-rotations @ ground.shift_m)

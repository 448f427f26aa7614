"""What a fit had to assume, said to people."""

import numpy as np

from mimo_runtime.body.body import Body
from mimo_runtime.fitting.camera_turns import CameraTurns
from mimo_runtime.fitting.contacts import Flags
from mimo_runtime.fitting.ground import GroundPlane
from mimo_runtime.fitting.landmark_track import LandmarkTrack


def assumptions_of(
    track: LandmarkTrack,
    body: Body,
    focal_px: float,
    focal_guessed: bool,
    unseen: tuple[str, ...],
    ground: GroundPlane,
    contacts: Flags,
    turns: CameraTurns | None,
) -> tuple[str, ...]:
    """One sentence for each assumption; `unseen` are the parts that were never measured."""
    tall_m = float(np.ptp(body.vertices_m[:, 1]))
    sentences = [f"The person is taken to be {tall_m:.2f} m tall."]
    if focal_guessed:
        sentences.append(
            f"The focal length is not known; {focal_px:.0f} px was taken, so distances from the "
            "camera are only in proportion."
        )
    if unseen:
        parts = ", ".join(part.replace("_", " ") for part in unseen)
        sentences.append(f"Never seen well enough to measure, so of usual length: {parts}.")
    missing = int((~track.known).sum())
    if missing:
        sentences.append(
            f"The person was not found in {missing} of {track.frame_count} frames; the posture "
            "there is interpolated."
        )
    if track.frame_count > 1:
        sentences += _of_camera(turns)
        sentences.append(_of_ground(ground, contacts))
    return tuple(sentences)


def _of_camera(turns: CameraTurns | None) -> list[str]:
    if turns is None:
        return ["The camera is taken to stand still; if it moves, the person does instead."]
    sentences = [
        f"The camera is taken to turn on the spot, by up to {turns.furthest_deg:.0f}°; "
        "where it leaves its place, the person does instead."
    ]
    sentences += [
        f"From frame {first} to {last} it is taken not to turn, as too little of the background "
        "moves alike to tell."
        for first, last in turns.unfollowed
    ]
    if turns.restarts:
        frames = ", ".join(map(str, turns.restarts))
        sentences.append(
            "The background is followed anew, so that directions before and after may not fit "
            f"together, from frame {frames} on."
        )
    return sentences


def _of_ground(ground: GroundPlane, contacts: Flags) -> str:
    if not contacts.any():
        return "No foot was seen to stand, so nothing was kept from sliding."
    return (
        f"The ground is a plane through the standing feet, {ground.tilt_deg:.0f}° from the "
        "camera's own level; standing feet were kept from sliding."
    )

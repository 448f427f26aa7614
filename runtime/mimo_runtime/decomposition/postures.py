"""Third stage: the body fitted to the landmarks."""

import json
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.array_file import read_arrays, write_arrays
from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import Camera
from mimo_runtime.body.shipped import load_body
from mimo_runtime.decomposition.bodies import read_landmarks
from mimo_runtime.decomposition.camera_file import read_camera_motion
from mimo_runtime.decomposition.clip import DrivingClip
from mimo_runtime.fitting.camera_turns import Pan
from mimo_runtime.fitting.landmark_track import LandmarkTrack
from mimo_runtime.fitting.motion_fit import fit_motion
from mimo_runtime.fitting.proportions import Proportions, proportioned
from mimo_runtime.layers.camera.motion import LOST, WIDE, CameraMotion
from mimo_runtime.motions.motion import Motion
from mimo_runtime.motions.pose_file import poses_from, write_poses
from mimo_runtime.untrusted.npz import read_npz

POSES, CAMERA, FIT = "poses.npz", "camera.npz", "fit.json"
LONGEST_GAP_S = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class FittedBody:
    """`body` doing `motion`, seen by the camera whose fields are in `camera`.

    `drawn`: bool [N], the frames in which the person is to be seen. `confidence`: float32 [N].
    `proportions` and `guesses` say what was measured and what was assumed.
    """

    body: Body
    motion: Motion
    camera_arrays: dict[str, NDArray[Any]]
    drawn: NDArray[np.bool_]
    confidence: NDArray[np.float32]
    proportions: dict[str, float]
    guesses: tuple[str, ...]

    def camera(self, index: int) -> Camera:
        """That of frame `index`."""
        arrays = self.camera_arrays
        width_px, height_px = (int(side) for side in arrays["size_px"])
        x, y = (float(value) for value in arrays["centre_px"][index])
        return Camera(
            width_px, height_px, float(arrays["focal_px"][index]), (x, y),
            arrays["rotation"][index], arrays["translation_m"][index],
        )  # fmt: skip


def fit_body(clip: DrivingClip, bodies: Path, folder: Path) -> None:
    """Fit the shipped body to what the stage body has left in the folder `bodies`.

    `read_fit` reads it again.
    """
    landmarks = read_landmarks(bodies)
    visibility = landmarks["visibility"] * landmarks["inside"] * landmarks["presence"][:, None]
    track = LandmarkTrack(
        landmarks["world"], np.ascontiguousarray(landmarks["points"][..., :2]), visibility,
        clip.rate_fps, clip.size_px,
    )  # fmt: skip
    pans = pans_of(read_camera_motion(bodies))
    fit = fit_motion(track, load_body(), clip.path.name, pans=pans)
    write_poses(folder / POSES, fit.motion, fit.body.skeleton)
    cameras = [fit.cameras.at(index) for index in range(track.frame_count)]
    write_arrays(folder / CAMERA, {
        "size_px": np.array(clip.size_px),
        "focal_px": np.array([camera.focal_px for camera in cameras]),
        "centre_px": np.array([camera.centre_px for camera in cameras]),
        "rotation": np.array([camera.rotation for camera in cameras]),
        "translation_m": np.array([camera.translation_m for camera in cameras]),
        "drawn": without_long_gaps(landmarks["tracked"] > 0, LONGEST_GAP_S * float(clip.rate_fps)),
        "confidence": fit.confidence,
        "contacts": fit.contacts,
    })  # fmt: skip
    content = {"proportions": asdict(fit.proportions), "guesses": list(fit.guesses)}
    (folder / FIT).write_text(json.dumps(content))


def pans_of(camera: CameraMotion) -> tuple[Pan, ...]:
    """How the camera turns, as far as it is to be believed; nothing where it stands still."""
    if camera.static:
        return ()
    return tuple(
        Pan(
            to_first=camera.to_plate[segment.first : segment.last + 1],
            sure=segment.sure,
            fresh=segment.cause not in (LOST, WIDE),
        )
        for segment in camera.segments
    )


def read_fit(folder: Path) -> FittedBody:
    """What `fit_body` has written."""
    motion, _ = poses_from(read_npz(folder / POSES), POSES)
    arrays = read_arrays(folder / CAMERA)
    content = json.loads((folder / FIT).read_text())
    return FittedBody(
        body=proportioned(load_body(), Proportions(**content["proportions"])),
        motion=motion,
        camera_arrays=arrays,
        drawn=arrays["drawn"],
        confidence=arrays["confidence"],
        proportions=content["proportions"],
        guesses=tuple(content["guesses"]),
    )


def without_long_gaps(known: NDArray[np.bool_], longest: float) -> NDArray[np.bool_]:
    """`known` [N] with gaps of at most `longest` frames between known ones closed."""
    closed = known.copy()
    indices = np.flatnonzero(known)
    for before, after in pairwise(indices):
        if after - before - 1 <= longest:
            closed[before:after] = True
    return closed

"""Places of joints as files have them: which arrays they are, in which order."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from mimo_runtime.body.skeleton import Array
from mimo_runtime.body.smpl_joints import BODY_JOINTS
from mimo_runtime.errors import MediaError
from mimo_runtime.motions.files.array_files import as_array
from mimo_runtime.motions.files.motion_rows import FEATURES, joints_of_features

KEYS = ("joints", "joints3d", "joints_3d", "keypoints3d", "positions", "joint_positions",
        "keypoints_3d", "pred_keypoints_3d", "pred_joints", "pred_xyz", "xyz",
        "motion")  # fmt: skip
_LENGTHS_KEY = "lengths"
USUAL_FPS = Fraction(20)  # of HumanML3D (Guo and others, 2022) and what is trained on it
# SMPL's joints, the body's first: with hands, faces, and places on the skin (smplx, ROMP).
COUNTS = (BODY_JOINTS, 24, 45, 52, 54, 55, 71, 73, 127, 144)
OTHER_COUNTS = {
    14: "LSP's", 15: "MPII's", 16: "MPII's", 17: "COCO's or Human3.6M's", 18: "OpenPose's",
    21: "KIT-ML's", 25: "OpenPose's or Kinect's", 26: "Halpe's", 32: "Human3.6M's",
    33: "MediaPipe's", 49: "SPIN's", 133: "COCO-WholeBody's", 135: "OpenPose's",
}  # fmt: skip


def joints_in(content: Any) -> list[Array]:
    """float64 [N, J, 3], J one of `COUNTS`, of everybody in an array or in a dict by usual keys."""
    if isinstance(content, Mapping):
        arrays = [as_array(content[key]) for key in KEYS if key in content]
        people = next((people for array in arrays if (people := _people(array))), [])
        return _without_padding(people, as_array(content.get(_LENGTHS_KEY)))
    return _people(as_array(content))


def _without_padding(people: list[Array], lengths: Array | None) -> list[Array]:
    """MDM makes all motions of a batch as long as the longest, and says how long each is."""
    if lengths is None or lengths.size != len(people) or not np.isfinite(lengths).all():
        return people
    counts = lengths.reshape(-1).astype(int)
    return [joints[: max(1, count)] for joints, count in zip(people, counts, strict=True)]


def _people(array: Array | None) -> list[Array]:
    """As [N, J, 3], [P, N, J, 3] or, as MDM writes them, [P, J, 3, N]; [N, 263] of features."""
    if array is None or 0 in array.shape:
        return []
    if array.ndim == 2 and array.shape[1] == FEATURES:
        return [joints_of_features(array)]
    if array.ndim == 3 and array.shape[1] in COUNTS and array.shape[2] == 3:
        return [array]
    if array.ndim == 4 and array.shape[2] in COUNTS and array.shape[3] == 3:
        return list(array)
    if array.ndim == 4 and array.shape[1] in COUNTS and array.shape[2] == 3:
        return list(array.transpose(0, 3, 1, 2))
    return []


def check_order(content: Any, name: str) -> None:
    """Raise MediaError where `content` of the file `name` is joints in another order than SMPL's.

    Nobody can tell the orders of one number apart: their usual owners are named.
    """
    in_dict = isinstance(content, Mapping)
    for value in [content[key] for key in KEYS if key in content] if in_dict else [content]:
        array = as_array(value)
        if array is None or array.ndim not in (3, 4) or array.shape[-1] not in (3, 4):
            continue
        if owner := OTHER_COUNTS.get(array.shape[-2]):
            raise MediaError(
                f"'{name}' has {array.shape[-2]} joints a frame, in {owner} order and not in "
                "SMPL's; decompose the video that they are of, or fit SMPL poses or a skeleton to "
                "them and give those."
            )

"""The names of SMPL's joints in the order of the model files."""

_BODY = (
    "pelvis", "left_hip", "right_hip", "spine1", "left_knee", "right_knee", "spine2", "left_ankle",
    "right_ankle", "spine3", "left_foot", "right_foot", "neck", "left_collar", "right_collar",
    "head", "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist",
    "right_wrist",
)  # fmt: skip
_FINGERS = tuple(
    f"{side}_{finger}{number}"
    for side in ("left", "right")
    for finger in ("index", "middle", "pinky", "ring", "thumb")
    for number in (1, 2, 3)
)
BODY_JOINTS = len(_BODY)
_FACE = ("jaw", "left_eye", "right_eye")
JOINT_NAMES = {
    24: (*_BODY, "left_hand", "right_hand"),
    52: (*_BODY, *_FINGERS),
    55: (*_BODY, *_FACE, *_FINGERS),
}

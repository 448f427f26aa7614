"""Our own motion file: postures and their skeleton in one .npz.

Entries: `format` "mimo-pose"; `version` 1; `rate_fps` as a ratio, "30000/1001"; `joints` [J] names;
`parents` int [J], -1 for the first; `rest_m` and `tails_m` float [J, 3]; `root_m` float32 [N, 3];
`rotations` float32 [N, J, 4] quaternions w, x, y, z; `source`; `licence_note`. `Skeleton` and
`Motion` say what they mean. Other entries may be added and are not read here: `pose_clip` adds who
is drawn and what sees them.
"""

import zipfile
from fractions import Fraction
from pathlib import Path

import numpy as np

from mimo_runtime.body.skeleton import Skeleton
from mimo_runtime.errors import MediaError
from mimo_runtime.files import write_errors
from mimo_runtime.motions.motion import MAX_FPS, Motion
from mimo_runtime.untrusted.npz import Arrays, text

FORMAT, VERSION = "mimo-pose", 1
_KEYS = ("rate_fps", "joints", "parents", "rest_m", "tails_m", "root_m", "rotations")


def write_poses(path: Path, motion: Motion, skeleton: Skeleton, more: Arrays | None = None) -> None:
    """Write `motion` of `skeleton`, and entries `more`; the same motion gives the same bytes.

    Raises:
        MediaError: a number is not finite; nothing is written then.
        InvalidRequestError, ResourceError: nothing can be written there.
    """
    arrays = {
        "format": np.array(FORMAT),
        "version": np.array(VERSION),
        "rate_fps": np.array(f"{motion.rate_fps.numerator}/{motion.rate_fps.denominator}"),
        "joints": np.array(motion.joints),
        "parents": np.array(skeleton.parents, np.int16),
        "rest_m": skeleton.rest_m,
        "tails_m": skeleton.tails_m,
        "root_m": motion.root_m,
        "rotations": motion.rotations,
        "source": np.array(motion.source),
        "licence_note": np.array(motion.licence_note),
        **(more or {}),
    }
    for key, array in arrays.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise MediaError(
                f"The {key} of the motion '{motion.source}' are not finite; it cannot be written."
            )
    with write_errors(path), zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, np.asanyarray(array), allow_pickle=False)


def is_pose_file(arrays: Arrays) -> bool:
    """Whether the archive says that it is one of ours."""
    return text(arrays, "format") == FORMAT


def poses_from(arrays: Arrays, name: str) -> tuple[Motion, Skeleton]:
    """The content of a pose file called `name`.

    Raises:
        MediaError: it is of a newer version, lacks an entry, or its entries do not fit together.
    """
    if text(arrays, "version") != str(VERSION):
        raise MediaError(
            f"'{name}' is a pose file of version {text(arrays, 'version')[:20]!r}; this program "
            f"reads version {VERSION}."
        )
    missing = [key for key in _KEYS if key not in arrays]
    if missing:
        raise MediaError(
            f"The pose file '{name}' has no {', '.join(missing)}; write or copy it again."
        )
    joints, frames = len(np.atleast_1d(arrays["joints"])), len(np.atleast_1d(arrays["root_m"]))
    shapes = {
        "joints": (joints,), "parents": (joints,), "rest_m": (joints, 3), "tails_m": (joints, 3),
        "root_m": (frames, 3), "rotations": (frames, joints, 4),
    }  # fmt: skip
    for key, shape in shapes.items():
        if arrays[key].shape != shape or 0 in shape:
            raise MediaError(
                f"In the pose file '{name}' {key} has shape {arrays[key].shape}, not {shape}; "
                "write or copy it again."
            )
    _check_values(arrays, name)
    return _motion(arrays, name), _skeleton(arrays)


def _check_values(arrays: Arrays, name: str) -> None:
    for key in ("rest_m", "tails_m", "root_m", "rotations"):
        if arrays[key].dtype.kind != "f" or not np.isfinite(arrays[key]).all():
            raise MediaError(
                f"In the pose file '{name}' {key} holds what is no finite number; write or "
                "copy it again."
            )
    if not (np.linalg.norm(arrays["rotations"], axis=-1) > 0.5).all():
        raise MediaError(
            f"In the pose file '{name}' a rotation is no unit quaternion; write or copy it again."
        )
    parents = arrays["parents"]
    before = np.arange(len(parents))
    if parents.dtype.kind != "i" or parents[0] != -1 or not (
        (parents[1:] >= 0) & (parents[1:] < before[1:])
    ).all():  # fmt: skip
        raise MediaError(
            f"In the pose file '{name}' a joint does not come after its parent; write or copy "
            "it again."
        )


def _motion(arrays: Arrays, name: str) -> Motion:
    try:
        rate_fps = Fraction(text(arrays, "rate_fps"))
    except (ValueError, ZeroDivisionError):
        rate_fps = Fraction(0)
    if not 0 < rate_fps <= MAX_FPS:
        raise MediaError(
            f"In the pose file '{name}' rate_fps is no rate up to {MAX_FPS}; write or copy it "
            "again."
        )
    return Motion(
        joints=tuple(str(joint) for joint in arrays["joints"]),
        rate_fps=rate_fps,
        root_m=arrays["root_m"].astype(np.float32),
        rotations=arrays["rotations"].astype(np.float32),
        source=text(arrays, "source"),
        licence_note=text(arrays, "licence_note"),
    )


def _skeleton(arrays: Arrays) -> Skeleton:
    return Skeleton(
        tuple(str(joint) for joint in arrays["joints"]),
        tuple(arrays["parents"].tolist()),
        arrays["rest_m"].astype(np.float64),
        arrays["tails_m"].astype(np.float64),
    )

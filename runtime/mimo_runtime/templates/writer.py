"""Writes template folders in the official layout, with what of ours goes beside it."""

import json
import math
from contextlib import AbstractContextManager
from fractions import Fraction
from pathlib import Path
from typing import Final

from mimo_runtime.files import write_errors
from mimo_runtime.templates.config import TIME_CROP_FPS
from mimo_runtime.templates.folder import MOTION, OCCLUSION, SCENE, SOURCE
from mimo_runtime.wire.kinds import CONFIG_FILE, VIDEO_SUFFIXES
from mimo_runtime.wire.poses import EXTRAS
from mimo_runtime.work_folder import refuse_other_files, replaced_folder

MASK: Final = "mask"
PREVIEW_PICTURE, PREVIEW_VIDEO = "preview.png", "preview.mp4"
_STREAMS = (SOURCE, MOTION, SCENE, OCCLUSION, MASK)
_OURS = {EXTRAS, CONFIG_FILE, PREVIEW_PICTURE, PREVIEW_VIDEO} | {
    f"{name}{suffix}" for name in _STREAMS for suffix in VIDEO_SUFFIXES
}

_WHAT = "part of an earlier template"


def new_template(path: Path) -> AbstractContextManager[Path]:
    """A folder to write into, which becomes `path` when the with statement ends without an error.

    An earlier template of that name is replaced then.

    Raises:
        InvalidRequestError: `path` holds other files or cannot be written.
        ResourceError: there is no room.
    """
    return replaced_folder(path, _OURS.__contains__, _WHAT)


def check_target(path: Path) -> None:
    """Whether a template may be written at `path`, before much work is done for it.

    Raises:
        InvalidRequestError: there is a file, or a folder that holds what is no part of a template.
    """
    refuse_other_files(path, _OURS.__contains__, _WHAT)


def write_config(folder: Path, rate_fps: Fraction, frame_count: int) -> None:
    """Write the config.json by which all of `frame_count` frames are used at `rate_fps`.

    `frame_crop` and `layer_recover` are there because the official code reads them; nothing uses
    them.
    """
    whole = rate_fps.denominator == 1
    content = {
        "fps": int(rate_fps) if whole else float(rate_fps),
        "time_crop": {
            "start_idx": 0,
            "end_idx": math.ceil(frame_count * TIME_CROP_FPS / rate_fps),
        },
        "frame_crop": {"start_idx": 0, "end_idx": 0},
        "layer_recover": False,
    }
    with write_errors(folder):
        (folder / CONFIG_FILE).write_text(json.dumps(content, indent=1) + "\n")

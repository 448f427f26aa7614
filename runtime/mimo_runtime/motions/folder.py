"""A motion folder: a motion ready to drive a character, apart from any scene.

sdc.mp4      the body frame by frame in motion colours on black, the motion layer of a template
config.json  rate and length, as a template has it
motion.npz   the poses, frame by frame those of sdc.mp4, the body and the cameras (`pose_clip`)
motion.json  what it is: body and colours, rate, frames, first camera, source, licence
preview.png  moments of it, if it was asked for
"""

import json
import math
from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from mimo_runtime.body.camera import Camera
from mimo_runtime.errors import MediaError
from mimo_runtime.files import cannot_read, write_errors
from mimo_runtime.work_folder import replaced_folder

VIDEO, CONFIG, POSES, RECORD = "sdc.mp4", "config.json", "motion.npz", "motion.json"
PREVIEW = "preview.png"
NAMES = (VIDEO, CONFIG, POSES, RECORD, PREVIEW)
FORMAT, VERSION = "mimo-motion", 1
SURFACE, OFFICIAL = "surface", "official"
_CONFIG_FPS = 30


@dataclass(frozen=True, slots=True, eq=False)
class MotionRecord:
    """What motion.json holds.

    Attributes:
        body: name of the body that was drawn, `Body.name`.
        colours: SURFACE (`body.colours`) or OFFICIAL (from sdc_info.npy).
        rate_fps, frame_count: of sdc.mp4 and of motion.npz alike.
        camera: what drew the first frame; its size is that of the frames.
        source, licence_note: for people.
    """

    body: str
    colours: str
    rate_fps: Fraction
    frame_count: int
    camera: Camera
    source: str
    licence_note: str


def new_folder(
    path: Path, names: tuple[str, ...] = NAMES, kind: str = "motion"
) -> AbstractContextManager[Path]:
    """A folder to write into, which becomes `path` when the with statement ends without an error.

    An earlier folder of that path and `kind`, which holds nothing but `names`, is replaced then.

    Raises InvalidRequestError where `path` holds other files or cannot be written.
    """
    return replaced_folder(path, names.__contains__, f"part of an earlier {kind}")


def write_record(folder: Path, record: MotionRecord) -> None:
    """Write motion.json and config.json into `folder`."""
    camera = record.camera
    content = {
        "format": FORMAT,
        "version": VERSION,
        "body": record.body,
        "colours": record.colours,
        "rate_fps": f"{record.rate_fps.numerator}/{record.rate_fps.denominator}",
        "frame_count": record.frame_count,
        "width_px": camera.width_px,
        "height_px": camera.height_px,
        "camera": {
            "focal_px": camera.focal_px,
            "centre_px": list(camera.centre_px),
            "rotation": camera.rotation.tolist(),
            "translation_m": camera.translation_m.tolist(),
        },
        "source": record.source,
        "licence_note": record.licence_note,
    }
    end = math.ceil(record.frame_count * _CONFIG_FPS / record.rate_fps)
    is_whole = record.rate_fps.denominator == 1
    fps = int(record.rate_fps) if is_whole else float(record.rate_fps)
    config = {"fps": fps, "time_crop": {"start_idx": 0, "end_idx": end}}
    with write_errors(folder):
        (folder / RECORD).write_text(json.dumps(content, indent=2, allow_nan=False) + "\n")
        (folder / CONFIG).write_text(json.dumps(config, indent=2, allow_nan=False) + "\n")


def read_record(folder: Path) -> MotionRecord:
    """Read motion.json of `folder`.

    Raises MediaError where it is missing, of a newer version, or not what `write_record` writes.
    """
    try:
        content = json.loads((folder / RECORD).read_bytes())
        version = content["version"] if content["format"] == FORMAT else None
        if version == VERSION:
            return _record(content)
    except OSError as error:
        raise MediaError(cannot_read(folder / RECORD, error)) from None
    except (ValueError, TypeError, KeyError, ZeroDivisionError, RecursionError) as error:
        raise MediaError(
            f"{RECORD} of '{folder.name}' is damaged: {error!r}; write or copy it again."
        ) from None
    raise MediaError(
        f"{RECORD} of '{folder.name}' is not of format {FORMAT} version {VERSION}; make the folder "
        "anew with 'mimo motion'."
    )


def _record(content: dict[str, Any]) -> MotionRecord:
    camera_entry = content["camera"]
    x, y = camera_entry["centre_px"]
    camera = Camera(
        int(content["width_px"]),
        int(content["height_px"]),
        float(camera_entry["focal_px"]),
        (float(x), float(y)),
        np.array(camera_entry["rotation"], np.float64).reshape(3, 3),
        np.array(camera_entry["translation_m"], np.float64).reshape(3),
    )
    return MotionRecord(
        body=str(content["body"]),
        colours=str(content["colours"]),
        rate_fps=Fraction(content["rate_fps"]),
        frame_count=int(content["frame_count"]),
        camera=camera,
        source=str(content["source"]),
        licence_note=str(content["licence_note"]),
    )

"""Draws a motion into a motion folder."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.body import Body
from mimo_runtime.body.render import render_pose
from mimo_runtime.contact_sheet import Row, contact_sheet, evenly_spaced
from mimo_runtime.files import write_errors
from mimo_runtime.media.picture import encode_png
from mimo_runtime.media.sink import open_sink
from mimo_runtime.motions.folder import (
    POSES,
    PREVIEW,
    VIDEO,
    MotionRecord,
    new_folder,
    write_record,
)
from mimo_runtime.motions.pose_clip import PoseClip, write_pose_clip

OnFrame = Callable[[int, int], None]
_COLUMNS, _THUMBNAIL_PX = 8, 160


def draw_motion(
    output: Path,
    body: Body,
    colours: str,
    clip: PoseClip,
    on_frame: OnFrame,
    *,
    preview: bool = False,
) -> None:
    """Write the motion folder `output`: frames, poses and record.

    Args:
        output: a new or empty folder, or an earlier motion, which is replaced.
        body: what is drawn; `clip` is one of its skeleton. colours: as in `MotionRecord`.
        on_frame: told (frames drawn, frames in all) after each.
        preview: also write preview.png, a sheet of moments.

    Raises:
        MediaError: a number of the clip is not finite.
        InvalidRequestError, ResourceError: it cannot be written there.
    """
    motion, cameras = clip.motion, clip.cameras
    record = MotionRecord(
        body=body.name,
        colours=colours,
        rate_fps=motion.rate_fps,
        frame_count=motion.frame_count,
        camera=cameras.at(0),
        source=motion.source,
        licence_note=motion.licence_note,
    )
    moments = evenly_spaced(motion.frame_count, _COLUMNS) if preview else ()
    kept: list[NDArray[np.uint8]] = []
    with new_folder(output) as folder:
        write_pose_clip(folder / POSES, clip)
        size = cameras.width_px, cameras.height_px
        with open_sink(folder / VIDEO, *size, motion.rate_fps) as sink:
            for index in range(motion.frame_count):
                picture = render_pose(body, motion.pose(index), cameras.at(index)).rgb
                sink.write(index, picture)
                if index in moments:
                    kept.append(picture)
                on_frame(index + 1, motion.frame_count)
        if preview:
            row = Row("motion", kept)
            sheet = contact_sheet([row], _THUMBNAIL_PX, title=output.name, frame_numbers=moments)
            with write_errors(folder):
                (folder / PREVIEW).write_bytes(encode_png(sheet))
        write_record(folder, record)

"""Draws a motion into a motion folder."""

from collections.abc import Callable
from pathlib import Path

from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import Camera
from mimo_runtime.body.render import render_pose
from mimo_runtime.media.sink import open_sink
from mimo_runtime.motions.folder import POSES, VIDEO, MotionRecord, new_folder, write_record
from mimo_runtime.motions.motion import Motion
from mimo_runtime.motions.pose_file import write_poses

OnFrame = Callable[[int, int], None]


def draw_motion(
    output: Path, body: Body, colours: str, motion: Motion, camera: Camera, on_frame: OnFrame
) -> None:
    """Write the motion folder `output`: frames, postures and record.

    Args:
        output: a new or empty folder, or an earlier motion, which is replaced.
        body: what is drawn; `motion` is one of its skeleton. colours: as in `MotionRecord`.
        camera: sees every frame; its size is that of the frames.
        on_frame: told (frames drawn, frames in all) after each.

    Raises:
        InvalidRequestError, ResourceError: it cannot be written there.
    """
    record = MotionRecord(
        body=body.name,
        colours=colours,
        rate_fps=motion.rate_fps,
        frame_count=motion.frame_count,
        camera=camera,
        source=motion.source,
        licence_note=motion.licence_note,
    )
    with new_folder(output) as folder:
        size = camera.width_px, camera.height_px
        with open_sink(folder / VIDEO, *size, motion.rate_fps) as sink:
            for index in range(motion.frame_count):
                sink.write(index, render_pose(body, motion.pose(index), camera).rgb)
                on_frame(index + 1, motion.frame_count)
        write_poses(folder / POSES, motion, body.skeleton)
        write_record(folder, record)

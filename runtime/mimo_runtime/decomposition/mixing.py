"""A template out of a motion and a scene that have nothing to do with each other."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from mimo_runtime.array_file import write_arrays
from mimo_runtime.arrays import Pixels
from mimo_runtime.decomposition.clip import LIMITS
from mimo_runtime.decomposition.scenes import Scene, open_scene
from mimo_runtime.errors import TemplateError
from mimo_runtime.media.cover import cover
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.mp4_sink import Mp4Sink
from mimo_runtime.media.reader import frames_at, inspect_clip, open_clip
from mimo_runtime.motions.folder import POSES as MOTION_POSES
from mimo_runtime.motions.folder import RECORD, read_record
from mimo_runtime.motions.pose_file import write_poses
from mimo_runtime.templates.config import read_config
from mimo_runtime.templates.folder import (
    MOTION,
    OCCLUSION,
    SCENE,
    SOURCE,
    TemplateStream,
    open_template,
)
from mimo_runtime.templates.poses import (
    CAMERA,
    POSES,
    ClipPoses,
    cameras_in,
    clip_poses,
    read_clip_poses,
    still_cameras,
)
from mimo_runtime.templates.writer import new_template, write_config
from mimo_runtime.untrusted.npz import read_npz
from mimo_runtime.wire.kinds import VIDEO_SUFFIXES
from mimo_runtime.wire.poses import EXTRAS


@dataclass(frozen=True, slots=True)
class MotionLayer:
    """The motion stream of a motion folder or of a template, and its rate."""

    stream: TemplateStream
    rate_fps: Fraction

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height."""
        return self.stream.info.width_px, self.stream.info.height_px

    @property
    def frame_count(self) -> int:
        """Frames that are used."""
        return len(self.stream.indices)


def mix(motion: Path, scene: Path, target: Path, limits: MediaLimits = LIMITS) -> tuple[str, ...]:
    """Write the template `target`: who moves as in `motion`, in the scene of `scene`.

    Size and rate are the motion's. The scene is scaled to cover its frame and cut in the middle;
    of motion and scene the shorter one decides, a picture stays as long as needed.

    Args:
        motion: a motion folder or a template.
        scene: a video without people, a picture, or a template, whose occluders come with it.
        target: as for `new_template`.
        limits: of the scene's video or picture.

    Returns:
        Sentences about what was made to fit.

    Raises:
        TemplateError: a folder is neither, or lacks a stream.
        MediaError, LimitExceededError: a video or picture that cannot be read.
    """
    moving = open_motion(motion)
    behind = open_scene(scene, moving.rate_fps, moving.size_px, limits)
    count = min(moving.frame_count, behind.frame_count or moving.frame_count)
    with new_template(target) as folder:
        _write_motion(moving, count, folder)
        _write(folder, SCENE, moving, _fitted(behind.frames, moving, count))
        if behind.occlusion is None or behind.source is None:
            shutil.copyfile(folder / f"{SCENE}.mp4", folder / f"{SOURCE}.mp4")
        else:
            _write(folder, SOURCE, moving, _fitted(behind.source, moving, count))
            _write(folder, OCCLUSION, moving, _fitted(behind.occlusion, moving, count))
        _write_poses(motion, moving, folder)
        write_config(folder, moving.rate_fps, count)
    return tuple(_sentences(moving, behind, count))


def open_motion(folder: Path) -> MotionLayer:
    """The motion of `folder`. Raises TemplateError, MediaError, LimitExceededError."""
    if not folder.is_dir():
        raise TemplateError(
            f"The motion '{folder}' is no folder; give one made by 'mimo motion', or a template."
        )
    clips = [folder / f"{MOTION}{suffix}" for suffix in VIDEO_SUFFIXES]
    if not (folder / RECORD).is_file():
        if not any(clip.is_file() for clip in clips):
            raise TemplateError(
                f"The folder '{folder.name}' has no {MOTION}.mp4, so it is neither a motion nor "
                "a template; 'mimo motion' and 'mimo decompose' make such folders."
            )
        template = open_template(folder, LIMITS, max_frames=LIMITS.max_frames)
        return MotionLayer(template.streams[MOTION], template.rate_fps)
    config = read_config(folder)
    path = next((clip for clip in clips if clip.is_file()), clips[0])
    info = inspect_clip(path, LIMITS)
    count = config.resampled_count(info.frame_count, info.rate_fps)
    crop = config.time_crop(count, LIMITS.max_frames)
    used = config.resampled(info.frame_count, info.rate_fps, crop)
    if not used:
        raise TemplateError(
            f"The config.json of the motion '{folder.name}' leaves no frame; let it name some."
        )
    return MotionLayer(TemplateStream(path, info, used), config.rate_fps)


def _write_motion(moving: MotionLayer, count: int, folder: Path) -> None:
    """The motion stream as it is where all of it is used, else its first frames anew."""
    stream = moving.stream
    unchanged = stream.indices == tuple(range(stream.info.frame_count))
    if unchanged and count == stream.info.frame_count:
        shutil.copyfile(stream.path, folder / f"{MOTION}{stream.path.suffix}")
        return
    with open_clip(stream.path, LIMITS) as reader:
        _write(folder, MOTION, moving, frames_at(reader, stream.indices[:count]))


def _write_poses(motion: Path, moving: MotionLayer, folder: Path) -> None:
    """The postures beside the frames, where the motion has any, for who draws from them."""
    poses = _poses_of(motion)
    if poses is None:
        return
    indices = np.array(moving.stream.indices)
    extras = folder / EXTRAS
    extras.mkdir()
    used = replace(
        poses.motion,
        rate_fps=moving.rate_fps,
        root_m=poses.motion.root_m[indices],
        rotations=poses.motion.rotations[indices],
    )
    write_poses(extras / POSES, used, poses.skeleton)
    per_frame = {name: array[indices] for name, array in poses.cameras.items() if name != "size_px"}
    write_arrays(extras / CAMERA, {"size_px": poses.cameras["size_px"]} | per_frame)


def _poses_of(motion: Path) -> ClipPoses | None:
    if not (motion / RECORD).is_file():
        return read_clip_poses(motion / EXTRAS)
    record = read_record(motion)
    arrays = read_npz(motion / MOTION_POSES)
    still = still_cameras(record.camera, record.frame_count)
    return clip_poses(arrays, cameras_in(arrays) or still)


def _fitted(
    frames: Callable[[], Iterator[Pixels]], moving: MotionLayer, count: int
) -> Iterator[Pixels]:
    for _, frame in zip(range(count), frames(), strict=False):
        yield cover(frame, *moving.size_px)


def _write(folder: Path, name: str, moving: MotionLayer, frames: Iterator[Pixels]) -> None:
    with Mp4Sink(folder / f"{name}.mp4", *moving.size_px, moving.rate_fps) as sink:
        for index, frame in enumerate(frames):
            sink.write(index, np.ascontiguousarray(frame))


def _sentences(moving: MotionLayer, behind: Scene, count: int) -> Iterator[str]:
    yield from behind.notes
    width_px, height_px = moving.size_px
    if behind.size_px != moving.size_px:
        yield (
            f"The scene of {behind.size_px[0]}x{behind.size_px[1]} px was scaled and cut to the "
            f"motion's {width_px}x{height_px} px."
        )
    if behind.frame_count is not None and behind.frame_count != moving.frame_count:
        shorter = "scene" if count < moving.frame_count else "motion"
        yield (
            f"The motion has {moving.frame_count} frames, the scene {behind.frame_count} at the "
            f"motion's rate; the {shorter}, which is shorter, decides."
        )

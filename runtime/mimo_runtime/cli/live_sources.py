"""Where the postures of `mimo live` come from: a motion file, or somebody in front of a camera."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.motions.camera_placement import parse_camera
from mimo_runtime.motions.files.source import read_motion
from mimo_runtime.motions.folder import POSES
from mimo_runtime.motions.make import MakeOptions, prepare_motion
from mimo_runtime.motions.pose_clip import PoseClip, read_pose_clip
from mimo_runtime.motions.pose_frames import camera_numbers, pose_frame, pose_frames
from mimo_runtime.motions.ranges import parse_size
from mimo_runtime.motions.resample import resample_clip
from mimo_runtime.wire.driving import DrivingFormat, DrivingFrame
from mimo_runtime.wire.live import CameraNumbers, PoseFrame, QueuePolicy

if TYPE_CHECKING:
    from mimo_runtime.media.sound import ClipSound

_CAMERA, _SIZE = "front", "512x512"  # of motion files


class PoseSource(Protocol):
    """Postures of our body in a `shape`, `rate_fps` times a second, that `camera` sees at first."""

    @property
    def rate_fps(self) -> Fraction:
        """Postures a second."""

    @property
    def camera(self) -> CameraNumbers:
        """Of the first frame."""

    @property
    def shape(self) -> Mapping[str, float]:
        """As in `load_body`."""

    @property
    def driving(self) -> DrivingFormat | None:
        """How frames are encoded, where the server is to find the postures in them."""

    def play(self) -> Iterator[PoseFrame | DrivingFrame]:
        """Each posture, or encoded frame, when its time has come."""


@dataclass(frozen=True, slots=True)
class MotionPlayback:
    """Postures that are known from the start, played by the clock."""

    postures: tuple[PoseFrame, ...]
    rate_fps: Fraction
    camera: CameraNumbers
    shape: Mapping[str, float] = field(default_factory=dict)
    driving: DrivingFormat | None = None

    def play(self) -> Iterator[PoseFrame]:
        """Each when its time has come, counted from the first one."""
        began_s = time.monotonic()
        for number, frame in enumerate(self.postures):
            time.sleep(max(began_s + float(number / self.rate_fps) - time.monotonic(), 0))
            yield frame


class DrivingSource:
    """Postures found in the frames of a video while it is played: a file, or "-" for a pipe.

    Raises:
        MediaError: there is no video, or nobody in it.
    """

    def __init__(self, driving: Path, fps: int | None, policy: QueuePolicy) -> None:
        from mimo_runtime.analysis.estimators import open_estimators
        from mimo_runtime.body.shipped import load_body
        from mimo_runtime.capture.capture import Capture
        from mimo_runtime.capture.streams import FileStream, FrameStream, PipeStream
        from mimo_runtime.capture.watch import PersonWatch

        rate_fps = None if fps is None else Fraction(fps)
        self._stream: FrameStream = (
            PipeStream(sys.stdin.buffer, rate_fps, policy)
            if str(driving) == "-"
            else FileStream(driving, rate_fps, policy)
        )
        self.rate_fps, self.shape = self._stream.rate_fps, dict[str, float]()
        self.driving: DrivingFormat | None = None
        estimators = open_estimators()
        watch = PersonWatch(estimators.people, estimators.bodies)
        self._capture = Capture(watch, load_body(), self.rate_fps, self._stream.size_px)
        self._capture.begin(self._stream.first())
        self.camera = camera_numbers(self._capture.camera)

    def play(self) -> Iterator[PoseFrame]:
        """The posture of each frame as soon as it has been looked at."""
        for index, pixels in self._stream.frames():
            captured_s = time.monotonic()
            yield pose_frame(index, captured_s, self._capture.pose(pixels))


class EncodedDrivingSource:
    """Encoded frames of a video while it is played, for the server to find the postures in.

    Raises:
        MediaError: there is no video.
        InvalidRequestError: it is of a kind that is not decoded frame by frame.
    """

    def __init__(self, driving: Path, fps: int | None) -> None:
        from mimo_runtime.capture.encoded import EncodedFile, EncodedPipe, EncodedSource
        from mimo_runtime.capture.packet_stream import driving_camera

        rate_fps = None if fps is None else Fraction(fps)
        self._source: EncodedSource = (
            EncodedPipe(sys.stdin.buffer, rate_fps)
            if str(driving) == "-"
            else EncodedFile(driving, rate_fps)
        )
        self.rate_fps, self.shape = self._source.rate_fps, dict[str, float]()
        self.driving: DrivingFormat | None = self._source.driving
        self.camera = driving_camera(self._source.driving)

    def play(self) -> Iterator[DrivingFrame]:
        """Each frame when its time has come, in the order of decoding."""
        return self._source.frames()


def open_source(options: Mapping[str, Any]) -> PoseSource:
    """What `--motion` or `--driving` of a command means.

    Raises:
        InvalidRequestError: both are given, or none, or with what is not for them.
        MediaError: it cannot be read.
    """
    motion, driving = options["motion"], options["driving"]
    if (motion is None) == (driving is None):
        raise InvalidRequestError("Give either --motion or --driving.")
    if driving is not None:
        _refuse_view(options, "A driving video is seen by the camera that took it")
    on_server = options["capture_on"] == "server"
    if motion is not None:
        if on_server:
            raise InvalidRequestError("--capture-on server is for --driving; leave it out.")
        return motion_source(options)
    if on_server:
        return EncodedDrivingSource(driving, options["fps"])
    return DrivingSource(driving, options["fps"], QueuePolicy(options["policy"]))


def heard_in(driving: Path | None, fps: int | None) -> "Callable[[range], ClipSound | None] | None":
    """What is heard with frames of a driving video that is a file; None of anything else."""
    if driving is None or str(driving) == "-":
        return None
    from mimo_runtime.capture.streams import driving_sound

    return partial(driving_sound, driving, None if fps is None else Fraction(fps))


def motion_source(options: Mapping[str, Any]) -> MotionPlayback:
    """The motion file or folder of a command's options.

    Raises:
        MediaError: the motion is none that is read.
        InvalidRequestError: an option cannot be used.
    """
    clip = _clip(options)
    cameras = clip.cameras
    moving = (cameras.rotations != cameras.rotations[0]).any() or (
        cameras.translations_m != cameras.translations_m[0]
    ).any()
    frames = tuple(pose_frames(clip.motion, cameras if moving else None))
    return MotionPlayback(frames, clip.motion.rate_fps, camera_numbers(cameras.at(0)), clip.shape)


def _clip(options: Mapping[str, Any]) -> PoseClip:
    motion: Path = options["motion"]
    if motion.is_dir():
        _refuse_view(options, "A motion folder is seen by the camera that it holds")
        clip = read_pose_clip(motion / POSES)
        return resample_clip(clip, Fraction(options["fps"] or clip.motion.rate_fps))
    rate_fps = options["fps"] or read_motion(motion).person.motion.rate_fps
    asked = MakeOptions(
        camera=parse_camera(options["camera"] or _CAMERA),
        size_px=parse_size(options["size"] or _SIZE),
        rate_fps=Fraction(rate_fps),
    )
    prepared = prepare_motion(motion, asked)
    click.echo(f"{motion.name}: {prepared.understood}", err=True)
    return prepared.clip


def _refuse_view(options: Mapping[str, Any], why: str) -> None:
    """Refuse --camera and --size where they would change nothing."""
    given = [f"--{name}" for name in ("camera", "size") if options[name] is not None]
    if given:
        raise InvalidRequestError(f"{why}, in its size; leave out {' and '.join(given)}.")

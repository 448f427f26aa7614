"""A motion file, played to a server."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

import click

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.client.live import LiveCall, LivePictures, open_live
from mimo_runtime.errors import MimoError
from mimo_runtime.motions.camera_placement import parse_camera
from mimo_runtime.motions.folder import POSES
from mimo_runtime.motions.make import MakeOptions, prepare_motion
from mimo_runtime.motions.pose_clip import PoseClip, read_pose_clip
from mimo_runtime.motions.pose_frames import camera_numbers, pose_frames
from mimo_runtime.motions.ranges import parse_size
from mimo_runtime.motions.source import read_motion
from mimo_runtime.wire.live import LiveSettings, PictureFormat, PoseFrame, QueuePolicy
from mimo_runtime.wire.settings import Settings


class FrameSink(Protocol):
    """Where frames go; `picture` is how it wants them."""

    @property
    def picture(self) -> PictureFormat:
        """How frames are to be encoded."""

    def write(self, index: int, data: bytes) -> None:
        """Take the picture of the frame `index`, which rises and may leave some out."""


@dataclass(frozen=True, slots=True)
class LivePlay:
    """All that is decided before a server is asked."""

    server: str
    pictures: LivePictures
    settings: LiveSettings
    frames: tuple[PoseFrame, ...]
    credits: int
    tls_root: Path | None

    @property
    def rate_fps(self) -> Fraction:
        """Postures a second."""
        return self.settings.rate_fps

    def run(self, sink: FrameSink) -> pb.LiveSummary:
        """Play all of it; the server's summary.

        Raises:
            MimoError: why the stream ended early.
        """
        with open_live(
            self.server, self.pictures, self.settings,
            picture=sink.picture, quality=95, credits=self.credits, tls_root=self.tls_root,
        ) as call:  # fmt: skip
            for reason in call.ready.reasons:
                click.echo(reason, err=True)
            player = threading.Thread(target=self._play, args=(call,), daemon=True)
            player.start()
            for event in call.events():
                if isinstance(event, pb.LiveFrame):
                    sink.write(event.pose_index, event.data)
                elif isinstance(event, pb.LiveState):
                    click.echo(event.sentence, err=True)
                elif isinstance(event, pb.LiveSummary):
                    return event
        raise MimoError("The stream ended without a summary; try again.")

    def _play(self, call: LiveCall) -> None:
        """Send every posture at its time, by the clock and not by how long the last one took."""
        for frame in paced(self.frames, self.rate_fps):
            if self.settings.policy is QueuePolicy.LIVE:
                call.send(frame)
            elif not call.send_in_turn(frame):
                return
        call.end()


def paced(frames: tuple[PoseFrame, ...], rate_fps: Fraction) -> Iterator[PoseFrame]:
    """Each frame when its time has come, counted from the first one."""
    began_s = time.monotonic()
    for number, frame in enumerate(frames):
        time.sleep(max(began_s + float(number / rate_fps) - time.monotonic(), 0))
        yield frame


def prepare_play(options: dict[str, Any]) -> LivePlay:
    """Read the motion and the settings of a command's options.

    Raises:
        MediaError: the motion is none that is read.
        InvalidRequestError: an option cannot be used.
    """
    clip = _clip(options)
    latency_ms = options["latency_ms"]
    chosen = Settings(steps=options["steps"], guidance=options["guidance"], seed=options["seed"])
    settings = LiveSettings(
        rate_fps=clip.motion.rate_fps,
        camera=camera_numbers(clip.cameras.at(0)),
        latency_s=None if latency_ms is None else latency_ms / 1000,
        policy=QueuePolicy(options["policy"]),
        shape=clip.shape,
        settings=chosen,
    )
    moving = (clip.cameras.rotations != clip.cameras.rotations[0]).any() or (
        clip.cameras.translations_m != clip.cameras.translations_m[0]
    ).any()
    frames = tuple(pose_frames(clip.motion, clip.cameras if moving else None))
    pictures = LivePictures(options["character"], options["scene"], options["matte"])
    return LivePlay(
        options["server"], pictures, settings, frames, options["credits"], options["tls_root"]
    )


def _clip(options: dict[str, Any]) -> PoseClip:
    motion: Path = options["motion"]
    if motion.is_dir():
        return read_pose_clip(motion / POSES)
    rate_fps = options["fps"] or read_motion(motion).person.motion.rate_fps
    asked = MakeOptions(
        camera=parse_camera(options["camera"]),
        size_px=parse_size(options["size"]),
        rate_fps=Fraction(rate_fps),
    )
    prepared = prepare_motion(motion, asked)
    click.echo(f"{motion.name}: {prepared.understood}", err=True)
    return prepared.clip

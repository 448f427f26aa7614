"""One live stream as it is asked for, what was planned for it, and what leaves."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from mimo_runtime.arrays import Pixels
from mimo_runtime.body.skeleton import Skeleton
from mimo_runtime.bundle import Manifest
from mimo_runtime.errors import UnsupportedError
from mimo_runtime.files import read_input
from mimo_runtime.media.cover import cover
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.matte import read_matte
from mimo_runtime.media.picture import on_white, read_picture
from mimo_runtime.media.reader import frames_at, open_clip
from mimo_runtime.media.stop import NEVER, Stop
from mimo_runtime.planning.latency_plans import LatencyPlan
from mimo_runtime.synthesis.figures import folder_of
from mimo_runtime.synthesis.request import OutputFrame
from mimo_runtime.wire.live import LiveSettings, PictureFormat


@dataclass(frozen=True, slots=True)
class LiveFiles:
    """Where the inputs lie: pictures of the character, of its matte, and of the scene.

    A `scene` that `is_clip` is a video, whose first frame is taken.
    """

    character: Path
    scene: Path
    matte: Path | None = None
    is_clip: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class LiveRequest:
    """Character and scene of one live stream.

    `character`, `matte` and `prepared` as in `SynthesisRequest`; `scene` uint8 [height, width, 3]
    of the size of the camera; `encoding` is what becomes of the frames.
    """

    character: Pixels
    scene: Pixels
    settings: LiveSettings
    matte: Pixels | None = None
    prepared: Path | None = None
    encoding: PictureFormat = PictureFormat.JPEG


@dataclass(frozen=True, slots=True, eq=False)
class LiveFormat:
    """What a live stream will deliver: frames of one size at `rate_fps`, as `plan` says.

    `queue_frames` postures may wait; `skeleton` is what they are of.
    """

    width_px: int
    height_px: int
    rate_fps: Fraction
    plan: LatencyPlan
    queue_frames: int
    skeleton: Skeleton


@dataclass(frozen=True, slots=True)
class LiveAnswer:
    """What became of a change, by its number: it holds from a frame on, or was `refused`, and why.

    `plan` is how the stream is planned from then on, None where that is as before.
    """

    number: int
    refused: str = ""
    plan: LatencyPlan | None = None


@dataclass(frozen=True, slots=True)
class LiveFrame(OutputFrame):
    """One finished frame; `index` counts those that left, `timestamp_s` is that of its posture.

    `pose_index` and `capture_s` came with the posture. It waited `waited_s` until it was taken up
    and was finished `latency_s` after it came. `taken` and `dropped`: how many postures had been
    taken up, and had given way, until now. `answers` tell of changes: those that were not refused
    hold from this frame on.
    """

    pose_index: int
    capture_s: float
    waited_s: float
    latency_s: float
    taken: int
    dropped: int
    answers: tuple[LiveAnswer, ...] = ()


def require_live(manifest: Manifest) -> None:
    """Check that a bundle can be streamed live. Raises UnsupportedError."""
    if not manifest.paints_human:
        raise UnsupportedError(
            f"The bundle '{manifest.name}' paints whole squares, for which every motion frame is "
            "looked at beforehand; stream live with a bundle that paints the human layer, or "
            "synthesise the clip as a whole."
        )


def live_request(
    files: LiveFiles, settings: LiveSettings, limits: MediaLimits, stop: Stop = NEVER
) -> LiveRequest:
    """Read the pictures; `stop` ends the wait for decoders from outside, its errors are raised.

    Raises:
        MediaError: a picture is empty, damaged or of a kind that is not accepted.
        LimitExceededError: one is larger than `limits` allow.
    """
    size_px = settings.camera.width_px, settings.camera.height_px
    return LiveRequest(
        character=read_picture(read_input(files.character), files.character.name, limits, stop),
        scene=(_clip_scene if files.is_clip else read_scene)(files.scene, size_px, limits, stop),
        settings=settings,
        matte=None if files.matte is None else read_matte(read_input(files.matte), limits, stop),
        prepared=folder_of(files.character),
    )


def read_scene(
    path: Path, size_px: tuple[int, int], limits: MediaLimits, stop: Stop = NEVER
) -> Pixels:
    """A picture scaled to cover `size_px`, width and height, and cut in the middle.

    Raises:
        MediaError: it is empty, damaged or of a kind that is not accepted.
        LimitExceededError: it is larger than `limits` allow.
    """
    scene = on_white(read_picture(read_input(path), path.name, limits, stop))
    return np.ascontiguousarray(cover(scene, *size_px))


def _clip_scene(path: Path, size_px: tuple[int, int], limits: MediaLimits, stop: Stop) -> Pixels:
    """As `read_scene`, of the first frame of a video."""
    with open_clip(path, limits, batch_frames=1, stop=stop) as reader:
        return np.array(cover(next(frames_at(reader, [0])), *size_px), order="C")

"""What a session needs of whatever runs its stream, in this process or in another."""

import math
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from mimo_runtime.bundle import Bundle
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.inputs import InputFiles
from mimo_runtime.synthesis.live_request import LiveFiles, LiveFormat
from mimo_runtime.synthesis.request import OutputFormat, OutputFrame
from mimo_runtime.wire.live import LiveSettings, PictureFormat, PoseFrame
from mimo_runtime.wire.live_change import LiveChange
from mimo_runtime.wire.progress import OnProgress, Progress
from mimo_runtime.wire.settings import Settings

Event = Progress | OutputFormat | OutputFrame
LiveEvent = LiveFormat | OutputFrame


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """What a stream is to make; the files stay where they are until it has ended.

    It is refused where it is more than `max_work_px` (`synthesis.work_limit`). Frames before
    `first_frame` are not made, and those that are equal those of the whole clip.
    """

    files: InputFiles
    settings: Settings
    limits: MediaLimits
    max_work_px: float = math.inf
    first_frame: int = 0


@dataclass(frozen=True, slots=True)
class LiveStreamRequest:
    """What a live stream is to make; the files stay where they are until it has ended.

    `encoding` is what becomes of its frames, whose time is planned too.
    """

    files: LiveFiles
    settings: LiveSettings
    limits: MediaLimits
    encoding: PictureFormat = PictureFormat.JPEG


class RunningStream(Protocol):
    """A stream that is at work; leaving its context ends it, wherever it is."""

    @property
    def output(self) -> OutputFormat:
        """The video that it makes."""

    def events(self) -> Iterator[Event]:
        """What happens, until the last frame. A frame's pixels are valid until the next event.

        Raises:
            MimoError: why the stream ended early.
        """


class RunningLive(Protocol):
    """A live stream that is at work; leaving its context ends it, wherever it is."""

    @property
    def output(self) -> LiveFormat:
        """What it makes, and how that was planned."""

    def put(self, frame: PoseFrame) -> None:
        """Give it the next posture, from any thread; one that cannot be taken ends the stream."""

    def exchange(self, change: LiveChange) -> None:
        """Have later frames made otherwise; a frame's `answers` tell from which on, or why not.

        The files stay until then. One at a time.
        """

    def end_poses(self) -> None:
        """Say that no posture comes any more; the stream ends when the last frame has left."""

    def events(self) -> Iterator[LiveEvent]:
        """The frames, each a `LiveFrame` whose pixels are valid until the next one.

        Raises:
            MimoError: why the stream ended early.
        """


class Runner(Protocol):
    """A loaded bundle and its engines. Streams may be opened from several threads."""

    @property
    def bundle(self) -> Bundle:
        """The bundle."""

    @property
    def engine(self) -> str:
        """The word for what runs the bundle, such as onnxruntime."""

    def open(
        self, request: StreamRequest, token: CancellationToken, on_progress: OnProgress
    ) -> AbstractContextManager[RunningStream]:
        """Check and plan a request, telling the progress of that in the caller's thread.

        Raises:
            MimoError: it cannot be done; the sentence says why.
        """

    def open_live(
        self, request: LiveStreamRequest, token: CancellationToken
    ) -> AbstractContextManager[RunningLive]:
        """Check and plan a live stream.

        Raises:
            MimoError: it cannot be done; the sentence says why.
        """

    def close(self) -> None:
        """End what runs and let go of the engines."""

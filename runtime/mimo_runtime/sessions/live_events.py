"""What a live session says, for the event loop to send."""

from dataclasses import dataclass

from mimo_runtime.synthesis.live_request import LiveAnswer, LiveFormat, LiveFrame
from mimo_runtime.wire.driving import Driven


@dataclass(frozen=True, slots=True)
class LivePicture:
    """A frame as it leaves: `data` is its picture, `frame` what is told of it, without pixels.

    `late`: it was ready to leave later than agreed.
    """

    frame: LiveFrame
    data: bytes
    present_s: float
    encode_s: float
    late: bool
    credits: int


@dataclass(frozen=True, slots=True)
class LiveState:
    """Whether frames are `frozen`, from now on, as several in a row were late."""

    frozen: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class ChangeAnswered:
    """What became of a change: it holds from the frame `from_index` on, or was refused.

    `displayed_frame` is what its user saw when asking for it, where that was told.
    """

    answer: LiveAnswer
    from_index: int
    displayed_frame: int | None = None


@dataclass(frozen=True, slots=True)
class LiveSummary:
    """How a live stream went; times count from the first posture, in seconds."""

    frame_count: int
    pose_count: int
    dropped: int
    late: int
    first_frame_s: float
    total_s: float


@dataclass(frozen=True, slots=True)
class LiveTail:
    """The last bytes of a movie."""

    data: bytes


LiveEvent = LiveFormat | LivePicture | LiveState | ChangeAnswered | Driven | LiveTail | LiveSummary

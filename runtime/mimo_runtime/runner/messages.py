"""What a server and its engine process say to each other: frozen dataclasses, JSON on the way."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

from mimo_runtime import errors
from mimo_runtime.errors import MimoError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.runner.runner import StreamRequest
from mimo_runtime.synthesis.inputs import InputFiles
from mimo_runtime.synthesis.request import OutputFormat
from mimo_runtime.wire.settings import Settings

Wire = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StartEngine:
    """First to the engine: what to run, in a `shape` such as 784x784x24 or the bundle's first."""

    bundle: str
    engine: str
    threads: int
    shape: str | None = None


@dataclass(frozen=True, slots=True)
class OpenStream:
    """To the engine: begin a stream; `request` as by `request_to_wire`."""

    stream: int
    request: Wire
    deadline_s: float | None


@dataclass(frozen=True, slots=True)
class OpenLive:
    """To the engine: begin a live stream; `request` as by `live_to_wire`."""

    stream: int
    request: Wire
    deadline_s: float | None


@dataclass(frozen=True, slots=True)
class PoseArrived:
    """To the engine: the next posture of a live stream; `pose` as by `pose_to_wire`."""

    stream: int
    pose: Wire


@dataclass(frozen=True, slots=True)
class ChangeGiven:
    """To the engine: what a live stream is to go on with; `change` as by `change_to_wire`."""

    stream: int
    change: Wire


@dataclass(frozen=True, slots=True)
class PosesEnded:
    """To the engine: no posture of the stream comes any more."""

    stream: int


@dataclass(frozen=True, slots=True)
class DeliverFrames:
    """To the engine, with the descriptor of a frame ring: run the stream that was opened."""

    stream: int


@dataclass(frozen=True, slots=True)
class FrameTaken:
    """To the engine: a slot of the stream's ring is free again."""

    stream: int


@dataclass(frozen=True, slots=True)
class CancelStream:
    """To the engine: end a stream before its time."""

    stream: int


@dataclass(frozen=True, slots=True)
class Ping:
    """To the engine: answer with a `Pong`, even while a pass runs."""


@dataclass(frozen=True, slots=True)
class Shutdown:
    """To the engine: end all streams, then yourself."""


@dataclass(frozen=True, slots=True)
class EngineReady:
    """From the engine: the dry pass is over; what it took, and the word for what runs it."""

    seconds: float
    resident_bytes: int
    engine: str


@dataclass(frozen=True, slots=True)
class EngineFailed:
    """From the engine instead of `EngineReady`: the error by which it does not start."""

    error: str
    sentence: str


@dataclass(frozen=True, slots=True)
class StreamOpened:
    """From the engine: the stream is planned; the rate is a ratio."""

    stream: int
    width_px: int
    height_px: int
    rate_numerator: int
    rate_denominator: int
    frame_count: int
    truncated_frames: int = 0

    @property
    def output(self) -> OutputFormat:
        """The video that it makes."""
        rate_fps = Fraction(self.rate_numerator, self.rate_denominator)
        return OutputFormat(
            self.width_px, self.height_px, rate_fps, self.frame_count, self.truncated_frames
        )


@dataclass(frozen=True, slots=True)
class LiveOpened:
    """From the engine: the live stream is planned; `output` as by `format_to_wire`."""

    stream: int
    output: Wire


@dataclass(frozen=True, slots=True)
class StreamProgressed:
    """From the engine: as `Progress`."""

    stream: int
    stage: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class FrameReady:
    """From the engine: a frame lies in the slot `index` modulo the ring's slots."""

    stream: int
    index: int
    timestamp_s: float


@dataclass(frozen=True, slots=True)
class LiveFrameReady:
    """From the engine: as `FrameReady`, of a live stream; `told` is what `LiveFrame` tells."""

    stream: int
    index: int
    timestamp_s: float
    told: Wire


@dataclass(frozen=True, slots=True)
class StreamEnded:
    """From the engine, last of a stream: `error` is empty for one that ended by itself."""

    stream: int
    error: str = ""
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Pong:
    """From the engine: alive; `busy_s` is how long the present piece of work has taken."""

    busy_s: float


_OfLive = OpenLive | PoseArrived | ChangeGiven | PosesEnded
_Asked = OpenStream | DeliverFrames | FrameTaken | CancelStream
ToEngine = StartEngine | _OfLive | _Asked | Ping | Shutdown
_Opened = StreamOpened | LiveOpened
OfStream = _Opened | StreamProgressed | FrameReady | LiveFrameReady | StreamEnded
FromEngine = EngineReady | EngineFailed | Pong | OfStream
Message = ToEngine | FromEngine

_KINDS: Mapping[str, type[Message]] = {kind.__name__: kind for kind in get_args(Message)}


def to_wire(message: Message) -> Wire:
    """A message as JSON values; raised errors of both ends are sentences in it."""
    values = {each.name: getattr(message, each.name) for each in fields(message)}
    return {"kind": type(message).__name__, **values}


def from_wire(values: Wire) -> Message:
    """The message that `to_wire` was given."""
    rest = dict(values)
    return _KINDS[rest.pop("kind")](**rest)


def request_to_wire(request: StreamRequest) -> Wire:
    """A request as JSON values; files go by their names."""
    files = request.files
    return {
        "character": str(files.character),
        "template": str(files.template),
        "matte": files.matte and str(files.matte),
        "feather_masks": {mode: str(path) for mode, path in files.feather_masks.items()},
        "settings": asdict(request.settings),
        "limits": asdict(request.limits),
        "max_work_px": request.max_work_px,
        "first_frame": request.first_frame,
    }


def request_from_wire(values: Wire) -> StreamRequest:
    """The request that `request_to_wire` was given."""
    files = InputFiles(
        character=Path(values["character"]),
        template=Path(values["template"]),
        matte=values["matte"] and Path(values["matte"]),
        feather_masks={mode: Path(path) for mode, path in values["feather_masks"].items()},
    )
    limits = MediaLimits(**values["limits"])
    settings = Settings(**values["settings"])
    return StreamRequest(files, settings, limits, values["max_work_px"], values["first_frame"])


def error_from(kind: str, sentence: str) -> Exception:
    """The error that an engine process told of; one that is none of ours stays unexpected."""
    found = getattr(errors, kind, None)
    if isinstance(found, type) and issubclass(found, MimoError):
        return found(sentence)
    return RuntimeError(f"{kind} in the engine process: {sentence}")

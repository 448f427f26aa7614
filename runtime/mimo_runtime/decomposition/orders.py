"""What a process beside the server is asked to make a template of: plain data, light to import."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.wire.motion_view import MotionView


@dataclass(frozen=True, slots=True)
class DecomposeOrder:
    """What is to be decomposed into which folder; a video beyond `limits` is refused."""

    video: Path
    template: Path
    limits: MediaLimits


@dataclass(frozen=True, slots=True)
class MixOrder:
    """Which motion file is to be drawn before which scene, a video or a picture, as in `mix`.

    A scene beyond `limits` is refused.
    """

    motion: Path
    scene: Path
    template: Path
    limits: MediaLimits
    view: MotionView


Order = DecomposeOrder | MixOrder


def to_line(order: Order) -> str:
    """An order as a line of JSON."""
    return json.dumps({"kind": type(order).__name__} | asdict(order), default=str) + "\n"


def order_from(line: str) -> Order:
    """The order of a line of JSON."""
    values = json.loads(line)
    template = Path(values["template"])
    limits = MediaLimits(**values["limits"])
    if values["kind"] == DecomposeOrder.__name__:
        return DecomposeOrder(Path(values["video"]), template, limits)
    view = MotionView(**values["view"])
    return MixOrder(Path(values["motion"]), Path(values["scene"]), template, limits, view)

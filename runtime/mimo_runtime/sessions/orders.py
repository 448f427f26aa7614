"""What a process beside the server is asked to prepare: plain data, light to import."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.wire.motion_view import MotionView


@dataclass(frozen=True, slots=True)
class DecomposeOrder:
    """Which video is to be decomposed into the template `target`; one beyond `limits` is refused.

    `preview`: whether a video of its layers is put into the folder.
    """

    video: Path
    target: Path
    limits: MediaLimits
    preview: bool = False


@dataclass(frozen=True, slots=True)
class MixOrder:
    """Which motion file is to be drawn before which scene, a video or a picture, as in `mix`.

    A scene beyond `limits` is refused. `preview` as in `DecomposeOrder`.
    """

    motion: Path
    scene: Path
    target: Path
    limits: MediaLimits
    view: MotionView
    preview: bool = False


@dataclass(frozen=True, slots=True)
class CharacterOrder:
    """Which picture is to be made the character folder `target`, and shown in `preview`."""

    picture: Path
    matte: Path | None
    target: Path
    limits: MediaLimits
    preview: Path


TemplateOrder = DecomposeOrder | MixOrder
Order = TemplateOrder | CharacterOrder


def to_line(order: Order) -> str:
    """An order as a line of JSON."""
    return json.dumps({"kind": type(order).__name__} | asdict(order), default=str) + "\n"


def order_from(line: str) -> Order:
    """The order of a line of JSON."""
    values = json.loads(line)
    target, limits = Path(values["target"]), MediaLimits(**values["limits"])
    if values["kind"] == CharacterOrder.__name__:
        matte = None if values["matte"] is None else Path(values["matte"])
        picture, preview = Path(values["picture"]), Path(values["preview"])
        return CharacterOrder(picture, matte, target, limits, preview)
    if values["kind"] == DecomposeOrder.__name__:
        return DecomposeOrder(Path(values["video"]), target, limits, values["preview"])
    view = MotionView(**values["view"])
    motion, scene = Path(values["motion"]), Path(values["scene"])
    return MixOrder(motion, scene, target, limits, view, values["preview"])

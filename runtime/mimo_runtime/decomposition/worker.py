"""A template made in a process of its own: one order comes in, lines of JSON tell how it goes.

It ends with the process that started it, whose end of the input closes then.
"""

import contextlib
import json
import os
import sys
import threading
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from mimo_runtime.decomposition import progress as stages
from mimo_runtime.decomposition.decompose import DecomposeOptions, decompose
from mimo_runtime.decomposition.mixing import mix
from mimo_runtime.errors import MimoError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.reader import inspect_clip
from mimo_runtime.motions.camera_placement import parse_camera
from mimo_runtime.motions.make import MakeOptions, prepare_motion
from mimo_runtime.wire.motion_view import MotionView
from mimo_runtime.wire.status import row_of


@dataclass(frozen=True, slots=True)
class DecomposeOrder:
    """What is to be decomposed into which folder; a video beyond `limits` is refused."""

    video: Path
    template: Path
    limits: MediaLimits

    def carry_out(self) -> None:
        """Raises as `decompose` does."""
        inspect_clip(self.video, self.limits)
        decompose(self.video, self.template, DecomposeOptions(threads=1), _progress)


@dataclass(frozen=True, slots=True)
class MixOrder:
    """Which motion file is to be drawn before which scene, a video or a picture, as in `mix`."""

    motion: Path
    scene: Path
    template: Path
    view: MotionView

    def carry_out(self) -> None:
        """Raises as `prepare_motion` and `mix` do."""
        options = MakeOptions(
            camera=parse_camera(self.view.camera),
            size_px=(self.view.width_px, self.view.height_px),
            rate_fps=Fraction(self.view.fps),
        )
        drawn = self.template.with_name("motion")
        prepare_motion(self.motion, options).draw(
            drawn, lambda done, total: _progress(stages.DRAW, done, total)
        )
        mix(drawn, self.scene, self.template)


Order = DecomposeOrder | MixOrder


def to_line(order: Order) -> str:
    """An order as a line of JSON."""
    return json.dumps({"kind": type(order).__name__} | asdict(order), default=str) + "\n"


def order_from(line: str) -> Order:
    """The order of a line of JSON."""
    values = json.loads(line)
    template = Path(values["template"])
    if values["kind"] == DecomposeOrder.__name__:
        limits = MediaLimits(**values["limits"])
        return DecomposeOrder(Path(values["video"]), template, limits)
    view = MotionView(**values["view"])
    return MixOrder(Path(values["motion"]), Path(values["scene"]), template, view)


def main() -> None:
    """Carry out the order on standard input."""
    order = order_from(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        order.carry_out()
    except MimoError as error:
        _tell(reason=row_of(error).reason, sentence=str(error))
        return
    _tell(done=True)


def _progress(stage: str, done: int, total: int) -> None:
    _tell(stage=stage, done=done, total=total)


def _tell(**values: Any) -> None:
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(values) + "\n")
        sys.stdout.flush()


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()

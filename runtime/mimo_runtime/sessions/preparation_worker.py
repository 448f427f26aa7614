"""A template or a character made in a process of its own: an order comes in, lines of JSON tell.

It ends with the process that started it, whose end of the input closes then.
"""

import contextlib
import json
import os
import sys
import threading
from fractions import Fraction
from typing import Any

from mimo_runtime.decomposition import progress as stages
from mimo_runtime.decomposition.decompose import DecomposeOptions, decompose
from mimo_runtime.decomposition.mixing import mix
from mimo_runtime.decomposition.preview import write_preview
from mimo_runtime.decomposition.progress import OnProgress
from mimo_runtime.decomposition.writing import REPORT_FILE
from mimo_runtime.errors import MimoError
from mimo_runtime.media.reader import inspect_clip
from mimo_runtime.motions.camera_placement import parse_camera
from mimo_runtime.motions.make import MakeOptions, prepare_motion
from mimo_runtime.sessions.orders import CharacterOrder, DecomposeOrder, MixOrder, Order, order_from
from mimo_runtime.wire.poses import EXTRAS
from mimo_runtime.wire.progress import Stage
from mimo_runtime.wire.status import row_of


def main() -> None:
    """Carry out the order on standard input."""
    told = _Told()
    order = order_from(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        warnings = _carry_out(order, told.progress)
    except MimoError as error:
        told.say(reason=row_of(error).reason, sentence=str(error))
        return
    told.say(warnings=warnings)


class _Told:
    """Standard output, for lines of JSON alone: whatever else is printed goes to stderr."""

    def __init__(self) -> None:
        self._lines = os.fdopen(os.dup(sys.stdout.fileno()), "w")
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def progress(self, stage: str, done: int, total: int) -> None:
        self.say(stage=stage, done=done, total=total)

    def say(self, **values: Any) -> None:
        with contextlib.suppress(BrokenPipeError):
            self._lines.write(json.dumps(values) + "\n")
            self._lines.flush()


def _carry_out(order: Order, on_progress: OnProgress) -> tuple[str, ...]:
    """What is to be said of what was made."""
    match order:
        case CharacterOrder():
            on_progress(Stage.CHARACTER, 0, 1)
            return _prepare_character(order)
        case DecomposeOrder():
            warnings = _decompose(order, on_progress)
        case MixOrder():
            warnings = _mix(order, on_progress)
    if order.preview:
        write_preview(order.target)
    return warnings


def _decompose(order: DecomposeOrder, on_progress: OnProgress) -> tuple[str, ...]:
    inspect_clip(order.video, order.limits)
    decompose(order.video, order.target, DecomposeOptions(threads=1), on_progress)
    report = json.loads((order.target / EXTRAS / REPORT_FILE).read_bytes())
    return tuple(report["warnings"])


def _mix(order: MixOrder, on_progress: OnProgress) -> tuple[str, ...]:
    options = MakeOptions(
        camera=parse_camera(order.view.camera),
        size_px=(order.view.width_px, order.view.height_px),
        rate_fps=Fraction(order.view.fps),
    )
    drawn = order.target.with_name("motion")
    prepare_motion(order.motion, options).draw(
        drawn, lambda done, total: on_progress(stages.DRAW, done, total)
    )
    return mix(drawn, order.scene, order.target, order.limits)


def _prepare_character(order: CharacterOrder) -> tuple[str, ...]:
    from mimo_runtime.synthesis.character_folder import (
        CharacterOptions,
        make_character_folder,
        write_character_preview,
    )

    options = CharacterOptions(matte=order.matte, limits=order.limits)
    prepared = make_character_folder(order.picture, order.target, options)
    write_character_preview(order.target, order.preview)
    guesses = () if prepared.character is None else prepared.character.guesses
    return (*(text for _, text in prepared.warnings), *guesses)


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()

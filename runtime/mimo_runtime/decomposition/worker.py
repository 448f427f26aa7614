"""A decomposition in a process of its own: one order comes in, lines of JSON tell how it goes.

It ends with the process that started it, whose end of the input closes then.
"""

import contextlib
import json
import os
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mimo_runtime.decomposition.decompose import DecomposeOptions, decompose
from mimo_runtime.errors import MimoError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.reader import inspect_clip
from mimo_runtime.wire.status import row_of


@dataclass(frozen=True, slots=True)
class DecomposeOrder:
    """What is to be decomposed where; a video beyond `limits` is refused."""

    video: Path
    template: Path
    limits: MediaLimits


def main() -> None:
    """Carry out the order on standard input."""
    order = order_from(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        inspect_clip(order.video, order.limits)
        decompose(order.video, order.template, DecomposeOptions(threads=1), _progress)
    except MimoError as error:
        _tell(reason=row_of(error).reason, sentence=str(error))
        return
    _tell(done=True)


def order_from(line: str) -> DecomposeOrder:
    """The order of a line of JSON."""
    values = json.loads(line)
    limits = MediaLimits(**values["limits"])
    return DecomposeOrder(Path(values["video"]), Path(values["template"]), limits)


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

"""Frames become a result, whoever made them: one process, or the segments of a shot."""

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from mimo_runtime.delivery.delivery import Delivery
from mimo_runtime.delivery.finisher import DeliveredClip
from mimo_runtime.delivery.opening import open_delivery
from mimo_runtime.media.seal import Seal
from mimo_runtime.media.sound import Sound
from mimo_runtime.provenance.marking import Stamp
from mimo_runtime.synthesis.request import OutputFrame


@dataclass(frozen=True, slots=True)
class ResultExtras:
    """What goes into a result beside its frames: text that travels with it, what is heard, what
    signs it, and what all pixels are given.
    """

    note: str = ""
    sound: Sound | None = None
    seal: Seal | None = None
    stamp: Stamp = field(default_factory=Stamp)


def write_result(
    output: Path,
    delivery: Delivery,
    clip: DeliveredClip,
    made: Generator[OutputFrame],
    extras: ResultExtras,
) -> None:
    """Write all frames of `clip` as they are made; `made` is closed at the end.

    Raises as `open_delivery`, and what `made` raises; then nothing of `output` is there.
    """
    with (
        open_delivery(output, delivery, clip, extras.note, extras.sound, extras.seal) as sink,
        closing(made) as frames,
    ):
        for frame in frames:
            index = frame.index - clip.frames.start
            sink.write(index, extras.stamp.on(frame.rgb), frame.layers)

"""What a session has finished, kept in a folder that outlasts it, for the next attempt to go on."""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

from mimo_runtime.decomposition.stage_cache import finished_stages
from mimo_runtime.files import write_synced, write_whole
from mimo_runtime.media.picture import decode_png, encode_png
from mimo_runtime.sessions.orders import Order
from mimo_runtime.sessions.preparation import carry_out
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.request import OutputFrame
from mimo_runtime.wire.progress import OnProgress, Progress

_RECIPE = "recipe"


class KeptWork:
    """What was prepared (`made`) and the first frames of a clip, in `folder`.

    One attempt uses it at a time. Frames are kept up to `max_bytes`, and while the disk has room.
    `on_gain` hears, once, when the attempt gets further than those before it.
    """

    def __init__(self, folder: Path, max_bytes: int, on_gain: Callable[[], None]) -> None:
        self.made = folder / "made"
        self._frames = folder / "frames"
        self._work = folder / "work"
        self._left_bytes = max_bytes
        self._on_gain: Callable[[], None] | None = on_gain
        self._count = 0

    def prepare(
        self, order: Order, token: CancellationToken, on_progress: OnProgress
    ) -> tuple[str, ...]:
        """Have `made` made, as `carry_out` does; of a decomposition finished stages stay."""
        stages = finished_stages(self.made)

        def tell(progress: Progress) -> None:
            if finished_stages(self.made) > stages:
                self._gain()
            on_progress(progress)

        warnings = carry_out(order, token, tell)
        self._gain()
        return warnings

    def begin(self, recipe_digest: str) -> int:
        """How many frames of this recipe are there; those of another one go.

        Raises OSError.
        """
        digest = self._frames / _RECIPE
        if not digest.is_file() or digest.read_text() != recipe_digest:
            shutil.rmtree(self._frames, ignore_errors=True)
            self._frames.mkdir(parents=True)
            write_synced(digest, recipe_digest.encode())
        self._work.mkdir(parents=True, exist_ok=True)
        while (path := self._path(self._count)).is_file():
            self._left_bytes -= path.stat().st_size
            self._count += 1
        return self._count

    def frames(self, rate_fps: Fraction) -> Iterator[OutputFrame]:
        """The frames that `begin` has counted, in order.

        Raises:
            MediaError: one is damaged.
        """
        for index in range(self._count):
            rgb = decode_png(self._path(index).read_bytes())
            yield OutputFrame(index, float(index / rate_fps), rgb)

    def add(self, frame: OutputFrame) -> None:
        """Keep a frame, if it is the next one and there is room."""
        if frame.index != self._count or self._left_bytes <= 0:
            return
        data = encode_png(frame.rgb, quick=True)
        self._left_bytes -= len(data)
        if self._left_bytes > 0:
            with contextlib.suppress(OSError):  # without it the job is done all the same
                write_whole(self._path(frame.index), data, self._work)
                self._count += 1
                self._gain()

    def _gain(self) -> None:
        if self._on_gain is not None:
            self._on_gain()
        self._on_gain = None

    def _path(self, index: int) -> Path:
        return self._frames / f"{index:06d}.png"

"""The frames of a template's streams, each decoded once although two pieces of work need it."""

from collections.abc import Generator

from mimo_runtime.arrays import Pixels
from mimo_runtime.media.reader import ClipReader
from mimo_runtime.templates.folder import Template

KEPT_FRAMES = 150  # what the official code uses of a template at most
KEPT_BYTES = 320 << 20


class ClipFrames:
    """One stream, read by an early and a late reader, each frame by frame in rising order.

    What the early reader has seen is kept for the late one, up to `kept_frames`; beyond that the
    late reader decodes for itself, so that memory does not grow with the clip.
    """

    def __init__(self, template: Template, stream: str, kept_frames: int) -> None:
        frame_bytes = 3 * template.width_px * template.height_px
        self._most = min(kept_frames, KEPT_BYTES // frame_bytes)
        self._kept: dict[int, Pixels] = {}
        self._early, self._late = (_Reader(template, stream) for _ in range(2))

    def begin(self, *, early: bool) -> None:
        """Start the decoder of the reader that is asked first, without waiting for it."""
        (self._early if early else self._late).begin()

    def early(self, frame: int) -> Pixels:
        """A frame for the early reader, uint8 [height, width, 3], valid until the next call."""
        pixels = self._early.frame(frame)
        if len(self._kept) < self._most:
            self._kept[frame] = pixels.copy()
        return pixels

    def late(self, frame: int) -> Pixels:
        """A frame for the late reader, which is not kept any longer."""
        kept = self._kept.pop(frame, None)
        return self._late.frame(frame) if kept is None else kept

    def close(self) -> None:
        """End the decoders."""
        self._kept.clear()
        self._early.close()
        self._late.close()


class _Reader:
    """A decoder that starts when it is begun, or with the first frame that is asked for."""

    def __init__(self, template: Template, stream: str) -> None:
        self._template = template
        self._stream = stream
        self._begun: ClipReader | None = None
        self._frames: Generator[Pixels] | None = None
        self._next = 0
        self._pixels: Pixels | None = None

    def begin(self) -> None:
        """Start to decode."""
        self._begun = self._template.begin(self._stream)

    def frame(self, index: int) -> Pixels:
        """The frame `index`, not lower than the one before."""
        if self._frames is None:
            self._next = index
            coming = range(index, self._template.frame_count)
            begun = self._begun or self._template.begin(self._stream)
            self._frames = self._template.frames_of(self._stream, coming, begun)
        while self._pixels is None or self._next <= index:
            self._pixels = next(self._frames)
            self._next += 1
        return self._pixels

    def close(self) -> None:
        """End the decoder, if it was started."""
        if self._frames is not None:
            self._frames.close()
        if self._begun is not None:
            self._begun.close()
        self._begun = self._frames = self._pixels = None  # with the shared memory behind them

"""Reading a clip: frames in batches of fixed shape, decoded by a supervised child."""

import contextlib
import functools
import importlib.util
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.media.clip import ClipInfo
from mimo_runtime.media.decode_job import DecodeJob
from mimo_runtime.media.fork_server import DALI_FORK_SERVER, PYAV_FORK_SERVER, ForkServer
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.open_file import open_file
from mimo_runtime.media.ring import RING_SLOTS, FrameRing
from mimo_runtime.media.stop import NEVER, Stop
from mimo_runtime.media.supervision import SupervisedChild

DECODERS = ("auto", "pyav", "dali")
BATCH_FRAMES = 8
MAX_SLOT_BYTES = 32 << 20

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FrameBatch:
    """Consecutive frames of a clip.

    `frames` is uint8 [n, height, width, 3], RGB and upright, read-only: a view into shared memory
    that is overwritten once the next batch is asked for. `timestamps_s` is float64 [n].
    """

    first_index: int
    frames: NDArray[np.uint8]
    timestamps_s: NDArray[np.float64]


class ClipReader:
    """A clip that is being decoded; made by `open_clip`, ended by `close` or the with statement.

    `info` says what the clip is, `decoder` what decodes it and `reason` why, from `wait` on.
    Iterating yields each `FrameBatch` once; it raises MediaError when frames are damaged, missing
    or of another size.
    """

    def __init__(self, child: SupervisedChild, job: DecodeJob) -> None:
        self._child, self._job = child, job
        self._next_index = 0
        self._slots: NDArray[np.uint8] | None = None

    def wait(self) -> Self:
        """Until the child has validated the clip, which then gets the ring to decode into.

        Raises what `open_clip` does.
        """
        child, job = self._child, self._job
        start = child.receive()
        self.info = ClipInfo.from_wire(start["info"])
        self.decoder: str = start["decoder"]
        self.reason: str = start["reason"]
        _say_once(self.decoder, self.reason)
        width_px, height_px = job.size_px(self.info)
        self._batch_frames = slot_frames(job.batch_frames, width_px, height_px)
        shape = (self._batch_frames, height_px, width_px, 3)
        with contextlib.closing(FrameRing(shape)) as ring:
            child.send({"shape": shape}, [ring.descriptor])
            self._slots = ring.slots
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """End the child. Batches that were handed out stay readable; the ring goes with the last.

        It does not wait for whoever still refers to the reader, such as an error's traceback.
        """
        self._child.close()
        self._slots = None

    def __iter__(self) -> Iterator[FrameBatch]:
        timestamps_s = np.array(self.info.timestamps_s)
        while (first := self._next_index) < self.info.frame_count:
            if first:
                self._child.send({"read": first})
            count = self._child.receive()["frames"]
            self._next_index = first + count
            assert self._slots is not None  # a closed child answers nothing
            slot = self._slots[first // self._batch_frames % RING_SLOTS]
            yield FrameBatch(first, slot[:count], timestamps_s[first : first + count])


def slot_frames(asked: int, width_px: int, height_px: int) -> int:
    """How many frames are handed over at once: fewer of large ones, so that rings stay small."""
    return max(1, min(asked, MAX_SLOT_BYTES // (3 * width_px * height_px)))


def open_clip(
    path: Path,
    limits: MediaLimits,
    *,
    decoder: str = "auto",
    batch_frames: int = BATCH_FRAMES,
    size_px: tuple[int, int] = (0, 0),
    known: ClipInfo | None = None,
    stop: Stop = NEVER,
    wait: bool = True,
) -> ClipReader:
    """Validate the clip at `path` and start to decode its video stream in a child process.

    Args:
        path: of the clip.
        limits: bounds on it.
        decoder: "auto" (NVDEC through DALI where this machine and the clip allow it, else PyAV),
            "pyav" or "dali".
        batch_frames: frames that are handed over at once, fewer of large ones.
        size_px: width and height that frames are brought to while they are decoded; (0, 0) for
            those of the clip.
        known: what `inspect_clip` has found, so that nothing is measured again.
        stop: ends the wait for the decoder from outside; its errors are raised.
        wait: for the child to have validated the clip; otherwise `ClipReader.wait` does, later.

    Raises:
        MediaError: the file is no video, or a damaged one.
        LimitExceededError: it is larger than `limits` allow.
        UnsupportedError: the decoder that was asked for cannot take this clip here.
        InvalidRequestError: there is no such decoder.
    """
    if decoder not in DECODERS:
        accepted = ", ".join(DECODERS)
        raise InvalidRequestError(f"There is no decoder '{decoder}'; choose one of {accepted}.")
    job = DecodeJob("decode", path.name, "", limits, decoder, batch_frames, *size_px)
    if known is not None:
        job = replace(
            job,
            peak_nits=known.colour.peak_nits,
            field_order=known.field_order,
            is_film=known.is_film,
            cadence=known.cadence,
        )
    reader = ClipReader(*_start(path, job, stop))
    return reader.wait() if wait else reader


def inspect_clip(
    path: Path, limits: MediaLimits, stop: Stop = NEVER, *, finds_fields: bool = False
) -> ClipInfo:
    """What the clip at `path` is, from demuxing all of it and decoding its first frame.

    `stop` ends the wait for that from outside; its errors are raised. `finds_fields`: of a video of
    people, look at some seconds for fields that nothing in the file tells of, and for frames that
    repeat others in a fixed order; of those the fresh ones are given.

    Raises:
        MediaError: the file is no video, or a damaged one.
        LimitExceededError: it is larger than `limits` allow.
    """
    job = DecodeJob("inspect", path.name, "", limits, finds_fields=finds_fields)
    child, _ = _start(path, job, stop)
    with child:
        return ClipInfo.from_wire(child.receive()["info"])


def frames_at(reader: ClipReader, indices: Sequence[int]) -> Iterator[NDArray[np.uint8]]:
    """The frames of `indices` (nondecreasing, may repeat), uint8 [height, width, 3] each.

    A frame is valid until the next one is asked for. Decoding ends with the last index.

    Raises:
        InvalidRequestError: the clip is shorter than that.
    """
    if indices and indices[-1] >= reader.info.frame_count:
        raise InvalidRequestError(
            f"Frame {indices[-1]} is asked for, but the clip has {reader.info.frame_count} frames; "
            "ask for fewer."
        )
    wanted = iter(indices)
    index = next(wanted, None)
    if index is None:
        return
    for batch in reader:
        while index is not None and index < batch.first_index + len(batch.frames):
            yield batch.frames[index - batch.first_index]
            index = next(wanted, None)
        if index is None:
            return


def _start(path: Path, job: DecodeJob, stop: Stop) -> tuple[SupervisedChild, DecodeJob]:
    """A child at work on the file at `path`, and the job with what kind of file that is."""
    with open_file(path, job.limits) as file:
        job = replace(job, container=file.container)
        return SupervisedChild(_fork_server(job.decoder), job, file.descriptor, stop), job


def _fork_server(decoder: str) -> ForkServer:
    """DALI takes 0.6 s and 100 MB to import, so only where it may be used."""
    if decoder == "dali" or (decoder == "auto" and _has_gpu()):
        return DALI_FORK_SERVER if _has_dali() else PYAV_FORK_SERVER
    return PYAV_FORK_SERVER


def _has_gpu() -> bool:
    return any(Path(device).exists() for device in ("/dev/nvidiactl", "/dev/dxg"))


def _has_dali() -> bool:
    return bool(importlib.util.find_spec("nvidia") and importlib.util.find_spec("nvidia.dali"))


@functools.cache
def _say_once(decoder: str, reason: str) -> None:
    _log.info("clips are decoded with %s: %s", decoder, reason)

"""The official template folder: one driving video, decomposed into a clip per layer."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.concurrency import parallel_map
from mimo_runtime.errors import LimitExceededError, TemplateError
from mimo_runtime.media.clip import ClipInfo
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.reader import ClipReader, frames_at, inspect_clip, open_clip
from mimo_runtime.media.stop import NEVER, Stop
from mimo_runtime.templates.config import TemplateConfig, read_config
from mimo_runtime.wire.kinds import VIDEO_SUFFIXES, InputKind

SOURCE = InputKind.SOURCE.value
MOTION = InputKind.MOTION.value
SCENE = InputKind.SCENE.value
OCCLUSION = InputKind.OCCLUSION.value
_REQUIRED = (SOURCE, MOTION, SCENE)
_OPTIONAL = (OCCLUSION,)


@dataclass(frozen=True, slots=True)
class TemplateStream:
    """One layer's clip; `indices` are the frames of it that are used, for each template frame."""

    path: Path
    info: ClipInfo
    indices: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A checked template folder; made by `open_template`.

    `streams` holds SOURCE, MOTION, SCENE and, if there are occluders, OCCLUSION. Frames are
    counted after resampling and time crop, 0 to `frame_count - 1`, the same in every stream. The
    time crop has `cropped_count`, which is more where not all may be used.
    """

    folder: Path
    config: TemplateConfig
    streams: Mapping[str, TemplateStream]
    limits: MediaLimits
    cropped_count: int
    stop: Stop = NEVER

    @property
    def frame_count(self) -> int:
        """Frames of the result."""
        return len(self.source_indices)

    @property
    def source_indices(self) -> tuple[int, ...]:
        """Per frame its index in the motion clip as decoded; nondecreasing, may repeat."""
        return self.streams[MOTION].indices

    @property
    def width_px(self) -> int:
        """Of every stream and of the result."""
        return self.streams[MOTION].info.width_px

    @property
    def height_px(self) -> int:
        """Of every stream and of the result."""
        return self.streams[MOTION].info.height_px

    @property
    def rate_fps(self) -> Fraction:
        """Of the result."""
        return self.config.rate_fps

    def frames(
        self, stream: str, frames: Sequence[int]
    ) -> Generator[NDArray[np.uint8], None, None]:
        """Decodes the given frames of one stream, one after the other; `close` ends the decoder.

        Args:
            stream: a key of `streams`.
            frames: template frames (not indices in the clip), nondecreasing; may repeat.

        Yields:
            uint8 [height_px, width_px, 3] RGB, read-only, valid until the next one is asked for.

        Raises:
            MediaError: the clip is damaged after all.
        """
        yield from self.frames_of(stream, frames, self.begin(stream))

    def begin(self, stream: str) -> ClipReader:
        """A decoder of one stream at its start, not waited for, for `frames_of`."""
        return open_clip(self.streams[stream].path, self.limits, stop=self.stop, wait=False)

    def frames_of(
        self, stream: str, frames: Sequence[int], begun: ClipReader
    ) -> Generator[NDArray[np.uint8], None, None]:
        """`frames` of a stream by a decoder that was begun before, which it ends."""
        indices = self.streams[stream].indices
        with begun as reader:
            yield from frames_at(reader.wait(), [indices[frame] for frame in frames])


def open_template(
    folder: Path, limits: MediaLimits, *, max_frames: int | None = None, stop: Stop = NEVER
) -> Template:
    """Reads config.json and demuxes every stream; decodes nothing but each first frame.

    Args:
        folder: with clips vid, sdc, bk and perhaps occ (`VIDEO_SUFFIXES`), and config.json.
        limits: bounds on each clip.
        max_frames: at most so many frames are used, from the start of the time crop; None for all.
        stop: ends the wait for decoders from outside, here and in `Template.frames`.

    Raises:
        TemplateError: a stream or config.json is missing, streams are of unequal size or length,
            or no frame is left.
        MediaError: a stream is no video.
        LimitExceededError: a stream is larger than `limits` allow.
    """
    config = read_config(folder)
    paths = _stream_paths(folder)
    inspected = parallel_map(lambda path: inspect_clip(path, limits, stop), paths.values())
    infos = dict(zip(paths, inspected, strict=True))
    _check_equal(folder, "frame size", {n: f"{i.width_px}x{i.height_px}" for n, i in infos.items()})
    rates_fps = _rates_fps(infos)
    counts = {
        name: config.resampled_count(info.frame_count, rates_fps[name])
        for name, info in infos.items()
    }
    if len(set(counts.values())) > 1:
        _check_equal(folder, "length", {name: _length(info) for name, info in infos.items()})
    used = _used(folder, config, counts[MOTION], limits, max_frames)
    streams = {
        name: TemplateStream(
            paths[name], info, config.resampled(info.frame_count, rates_fps[name], used)
        )
        for name, info in infos.items()
    }
    whole = config.time_crop(counts[MOTION], None)
    return Template(folder, config, streams, limits, len(range(whole.stop)[whole]), stop)


def _used(
    folder: Path, config: TemplateConfig, count: int, limits: MediaLimits, max_frames: int | None
) -> slice:
    """Which resampled frames are used: some, and no more than a clip may have."""
    used = config.time_crop(count, max_frames)
    frames = range(count)[used]
    if not frames:
        raise TemplateError(
            f"The template '{folder.name}' has {count} frames, of which its "
            f"time_crop ({config.start_idx:g} to {config.end_idx:g}) leaves none; change it."
        )
    if len(frames) > limits.max_frames:
        raise LimitExceededError(
            f"The template '{folder.name}' is to have {len(frames)} frames at {config.fps:g} a "
            f"second, more than the {limits.max_frames} accepted; shorten its time_crop or lower "
            "its fps."
        )
    return used


def _rates_fps(infos: Mapping[str, ClipInfo]) -> dict[str, Fraction]:
    """The rate of each stream; that of the motion where all have as many frames, whatever the
    time stamps of the others say.
    """
    if len({info.frame_count for info in infos.values()}) == 1:
        return dict.fromkeys(infos, infos[MOTION].rate_fps)
    return {name: info.rate_fps for name, info in infos.items()}


def _length(info: ClipInfo) -> str:
    return f"{info.frame_count} frames at {float(info.rate_fps):.5g} a second"


def _stream_paths(folder: Path) -> dict[str, Path]:
    found = {
        name: path
        for name in (*_REQUIRED, *_OPTIONAL)
        for path in [folder / f"{name}{suffix}" for suffix in reversed(VIDEO_SUFFIXES)]
        if path.is_file()
    }
    missing = [name for name in _REQUIRED if name not in found]
    if missing:
        raise TemplateError(
            f"The template '{folder.name}' has no {' and no '.join(missing)} stream; it needs "
            f"{', '.join(f'{name}.mp4' for name in _REQUIRED)} "
            f"(or {', '.join(VIDEO_SUFFIXES[1:])})."
        )
    return found


def _check_equal(folder: Path, quality: str, values: Mapping[str, str]) -> None:
    if len(set(values.values())) > 1:
        listed = ", ".join(f"{name} {value}" for name, value in values.items())
        raise TemplateError(
            f"The streams of the template '{folder.name}' differ in {quality} ({listed}); "
            "they must be the same video, layer by layer."
        )

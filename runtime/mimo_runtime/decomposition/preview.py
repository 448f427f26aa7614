"""Pictures of a template for people: its layers side by side."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Pixels
from mimo_runtime.contact_sheet import Row, contact_sheet, evenly_spaced
from mimo_runtime.decomposition.clip import LIMITS
from mimo_runtime.files import write_errors
from mimo_runtime.media.mp4_sink import Mp4Sink
from mimo_runtime.media.picture import encode_png
from mimo_runtime.media.reader import frames_at, open_clip
from mimo_runtime.templates.folder import MOTION, OCCLUSION, SCENE, SOURCE, Template, open_template
from mimo_runtime.templates.writer import MASK, PREVIEW_PICTURE, PREVIEW_VIDEO

PANELS: Final = (
    "driving video", "human", "motion on human", "motion", "scene", "in front",
)  # fmt: skip
COLUMNS = 6
THUMBNAIL_PX = 200
PANEL_PX = 320
_MASK_COLOUR = np.array([255, 60, 170], np.float32)
_PAPER = 40
_BODY = 10
_HALF = 0.5


def write_preview(folder: Path) -> tuple[Path, Path]:
    """Write preview.png and preview.mp4 into a template folder; gives their paths back.

    Side by side are the frame, the frame with the human coloured, with the drawn body on it, the
    motion layer, the scene, and what is in front on grey.

    Raises TemplateError, MediaError where the folder is no template.
    """
    template = open_template(folder, LIMITS, max_frames=LIMITS.max_frames)
    picture, video = folder / PREVIEW_PICTURE, folder / PREVIEW_VIDEO
    moments = evenly_spaced(template.frame_count, COLUMNS)
    kept: list[tuple[Pixels, ...]] = []
    width_px, height_px = _panel_size(template)
    with Mp4Sink(video, 3 * width_px, 2 * height_px, template.rate_fps) as sink:
        for index, panels in enumerate(_panels(template, (width_px, height_px))):
            if index in moments:
                kept.append(panels)
            sink.write(index, np.vstack([np.hstack(panels[:3]), np.hstack(panels[3:])]))
    rows = [Row(name, [moment[panel] for moment in kept]) for panel, name in enumerate(PANELS)]
    sheet = contact_sheet(rows, THUMBNAIL_PX, title=folder.name, frame_numbers=moments)
    _write_whole(picture, encode_png(sheet))
    return picture, video


def _write_whole(path: Path, data: bytes) -> None:
    """All of it or nothing, also where the disk is full."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        with write_errors(path):
            partial.write_bytes(data)
            partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _panels(template: Template, size_px: tuple[int, int]) -> Iterator[tuple[Pixels, ...]]:
    """The panels of every frame, each uint8 [height, width, 3] of `size_px`."""
    everything = range(template.frame_count)
    with ExitStack() as stack:
        streams = {
            name: _smaller(stack.enter_context(closing(template.frames(name, everything))), size_px)
            for name in template.streams
        }
        masks = _smaller(_masks(template), size_px)
        for source in streams[SOURCE]:
            motion, scene = next(streams[MOTION]), next(streams[SCENE])
            front = next(streams[OCCLUSION]) if OCCLUSION in streams else np.zeros_like(source)
            mask = next(masks, None)
            yield (
                source,
                _tinted(source, motion.max(axis=2) > _BODY if mask is None else mask),
                _overlaid(source, motion),
                motion,
                scene,
                _cut_out(source, front),
            )


def _smaller(frames: Iterator[Pixels], size_px: tuple[int, int]) -> Iterator[Pixels]:
    for frame in frames:
        yield np.asarray(cv2.resize(frame, size_px, interpolation=cv2.INTER_AREA), np.uint8)


def _masks(template: Template) -> Iterator[Pixels]:
    """The human's masks, 0..255, none at all for a template without them."""
    path = template.folder / f"{MASK}.mp4"
    if path.is_file():
        with open_clip(path, LIMITS) as reader:
            if reader.info.frame_count > template.source_indices[-1]:
                for frame in frames_at(reader, template.source_indices):
                    yield frame[..., 0]


def _tinted(source: Pixels, mask: Pixels) -> Pixels:
    share = mask[..., None].astype(np.float32) / (255 if mask.dtype == np.uint8 else 1)
    return _levels(source * (1 - _HALF * share) + _MASK_COLOUR * (_HALF * share))


def _overlaid(source: Pixels, motion: Pixels) -> Pixels:
    body = (motion.max(axis=2, keepdims=True) > _BODY) * 0.65
    return _levels(source * (1 - body) + motion * body)


def _cut_out(source: Pixels, front: Pixels) -> Pixels:
    share = front[..., :1].astype(np.float32) / 255
    return _levels(source * share + _PAPER * (1 - share))


def _levels(values: NDArray[np.floating]) -> Pixels:
    return np.asarray(values.clip(0, 255) + 0.5, np.uint8)


def _panel_size(template: Template) -> tuple[int, int]:
    scale = min(1.0, PANEL_PX / template.width_px)
    return (
        max(2, 2 * round(template.width_px * scale / 2)),
        max(2, 2 * round(template.height_px * scale / 2)),
    )

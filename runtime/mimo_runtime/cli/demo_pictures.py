"""The pictures of the demo: its inputs, layers and result of some moments, and side by side."""

from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from mimo_runtime.contact_sheet import Row, contact_sheet, evenly_spaced
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.picture import encode_png, read_picture
from mimo_runtime.media.reader import frames_at, open_clip
from mimo_runtime.sample import CHARACTER, YARD
from mimo_runtime.templates.folder import MOTION, OCCLUSION, SCENE, SOURCE, open_template

COLUMNS: Final = 6
THUMBNAIL_PX: Final = 168
_QUALITY: Final = 70
_LIMITS: Final = MediaLimits()
_LABELS: Final = {
    SOURCE: "driving video",
    MOTION: "human (motion)",
    SCENE: "scene",
    OCCLUSION: "occlusion",
}


def write_sheet(video: Path, sheet: Path) -> None:
    """The sample and the `video` made of it, at some moments, as the PNG `sheet`."""
    template = open_template(YARD, _LIMITS)
    moments = evenly_spaced(template.frame_count, COLUMNS)
    rows = [
        Row(label, [frame.copy() for frame in template.frames(stream, moments)])
        for stream, label in _LABELS.items()
    ]
    with open_clip(video, _LIMITS) as reader:
        rows.append(Row("result", [frame.copy() for frame in frames_at(reader, moments)]))
    picture = contact_sheet(
        rows,
        THUMBNAIL_PX,
        title="MIMO Runtime: one character, one driving video",
        character=read_picture(CHARACTER.read_bytes(), CHARACTER.name, _LIMITS),
        frame_numbers=moments,
    )
    sheet.write_bytes(encode_png(picture))


def write_animation(video: Path, moving: Path) -> None:
    """Driving video and `video` side by side, as the animated WebP `moving`."""
    template = open_template(YARD, _LIMITS)
    indices = range(template.frame_count)
    with open_clip(video, _LIMITS) as reader:
        pairs = zip(template.frames(SOURCE, indices), frames_at(reader, indices), strict=True)
        frames = [Image.fromarray(np.hstack(pair)) for pair in pairs]
    frames[0].save(
        moving, save_all=True, append_images=frames[1:], quality=_QUALITY, loop=0,
        duration=round(1000 / template.rate_fps),
    )  # fmt: skip

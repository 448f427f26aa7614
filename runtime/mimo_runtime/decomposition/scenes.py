"""The scene of a mixture: a video, a picture or a template."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import repeat
from pathlib import Path

from mimo_runtime.arrays import Pixels
from mimo_runtime.decomposition.clip import LIMITS, resampled
from mimo_runtime.errors import MediaError
from mimo_runtime.files import cannot_read
from mimo_runtime.media.clip import ClipInfo
from mimo_runtime.media.clip_notes import clip_notes
from mimo_runtime.media.cover import cover_size
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.picture import on_white, read_picture
from mimo_runtime.media.reader import frames_at, inspect_clip, open_clip
from mimo_runtime.media.sniffing import SNIFF_BYTES, is_animated, is_still, sniff_picture
from mimo_runtime.templates.folder import OCCLUSION, SCENE, SOURCE, Template, open_template

Opens = Callable[[], Iterator[Pixels]]


@dataclass(frozen=True, slots=True)
class Scene:
    """`frames` opens it: uint8 [height, width, 3] each, at the rate of the motion.

    `frame_count` is None where it goes on without end. `size_px` is that of the file; frames may
    come smaller. `occlusion` and `source` open what is in front and the frames that it is cut out
    of, None where nothing is. `notes` say what was understood of the file.
    """

    frames: Opens
    frame_count: int | None
    size_px: tuple[int, int]
    occlusion: Opens | None = None
    source: Opens | None = None
    notes: tuple[str, ...] = ()


def open_scene(
    path: Path, rate_fps: Fraction, cover_px: tuple[int, int], limits: MediaLimits = LIMITS
) -> Scene:
    """The scene at `path`, brought to `rate_fps`, for frames of width and height `cover_px`.

    limits: of a video or a picture.

    Raises:
        MediaError: there is nothing, or it is neither a video nor a picture.
        TemplateError: a folder that is no template.
        LimitExceededError: it is too large.
    """
    if path.is_dir():
        return _of_template(open_template(path, LIMITS, max_frames=LIMITS.max_frames), rate_fps)
    if _is_picture(path):
        picture = on_white(read_picture(path.read_bytes(), path.name, limits))
        height_px, width_px = picture.shape[:2]
        return Scene(lambda: repeat(picture), None, (width_px, height_px), notes=_stills(path))
    info = _video(path, limits)
    indices = resampled(info, rate_fps)
    size_px = info.width_px, info.height_px
    smaller_px = min(size_px, cover_size(*size_px, *cover_px))
    frames = partial(_clip_frames, path, info, indices, smaller_px, limits)
    return Scene(frames, len(indices), size_px, notes=tuple(clip_notes(info)))


def _of_template(template: Template, rate_fps: Fraction) -> Scene:
    ratio = template.rate_fps / rate_fps
    count = max(1, int(template.frame_count / ratio))
    indices = [
        min(template.frame_count - 1, int((k + Fraction(1, 2)) * ratio)) for k in range(count)
    ]

    def opens(name: str) -> Opens:
        return lambda: template.frames(name, indices)

    front = OCCLUSION in template.streams
    return Scene(
        opens(SCENE),
        count,
        (template.width_px, template.height_px),
        opens(OCCLUSION) if front else None,
        opens(SOURCE) if front else None,
    )


def _clip_frames(
    path: Path,
    info: ClipInfo,
    indices: tuple[int, ...],
    size_px: tuple[int, int],
    limits: MediaLimits,
) -> Iterator[Pixels]:
    with open_clip(path, limits, batch_frames=2, size_px=size_px, known=info) as reader:
        yield from frames_at(reader, indices)


def _video(path: Path, limits: MediaLimits) -> ClipInfo:
    try:
        return inspect_clip(path, limits, finds_fields=True)
    except MediaError as error:
        raise MediaError(
            f"The scene '{path.name}' is no picture (PNG, JPEG, WebP, AVIF, BMP, GIF, TIFF), and "
            f"as a video: {error}"
        ) from None


def _stills(path: Path) -> tuple[str, ...]:
    """That a picture moves, and stands still as a scene."""
    if not is_animated(_head(path)):
        return ()
    return (
        f"'{path.name}' holds several pictures; the first is the scene. Convert it to MP4 for a "
        "scene that moves.",
    )


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(SNIFF_BYTES)
    except OSError as error:
        raise MediaError(cannot_read(path, error, "the scene")) from None


def _is_picture(path: Path) -> bool:
    head = _head(path)
    try:
        sniff_picture(head, path.name)
    except MediaError:
        return is_still(head)  # what it needs is said where it is read
    return True

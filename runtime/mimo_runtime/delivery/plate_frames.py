"""The frames of a plate in the depth that they have.

Files that the user names at the command line; they are decoded in this process.
"""

import re
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace

from mimo_runtime.arrays import Floats
from mimo_runtime.delivery.delivery import ScenePlate
from mimo_runtime.delivery.finishing import unit
from mimo_runtime.errors import MediaError
from mimo_runtime.planning.frame_runs import runs_in_words

_NUMBER: Final = re.compile(r"#+|%0?(\d*)d")
_HIGH: Final = 65535


def plate_space(plate: ScenePlate) -> str:
    """The colour space of a plate: what was said, or what its kind usually has."""
    linear = plate.path.suffix.lower() == ".exr"
    return plate.space or ("lin_rec709" if linear else "srgb")


def plate_file(plate: ScenePlate, index: int) -> Path:
    """The picture of the clip's frame `index`; one picture without a number is for all frames."""
    number = plate.first_frame + index

    def digits(match: "re.Match[str]") -> str:
        width = len(match[0]) if match[0][0] == "#" else int(match[1] or 1)
        return f"{number:0{width}d}"

    return plate.path.with_name(_NUMBER.sub(digits, plate.path.name, count=1))


def check_plate(plate: ScenePlate, frames: range) -> None:
    """Refuse a plate of which files are missing, before any is read.

    Raises MediaError: it names them.
    """
    files = {plate_file(plate, index): index + plate.first_frame for index in frames}
    missing = [number for path, number in files.items() if not path.is_file()]
    if plate.is_movie and not plate.path.is_file():
        raise MediaError(f"There is no plate '{plate.path}'; name a file that is there.")
    if missing and not plate.is_movie:
        numbers = f"pictures {runs_in_words(missing)}" if len(files) > 1 else "picture"
        raise MediaError(
            f"The plate '{plate.path}' has no {numbers}; give a picture for each frame, or fewer "
            "frames."
        )


def plate_frames(plate: ScenePlate, frames: range, size_px: tuple[int, int]) -> Generator[Floats]:
    """Float32 [h, w, 3] for each of `frames`, counted from 0 in the clip; 1 is the highest code.

    Raises:
        MediaError: a frame is missing, cannot be read, or is not of `size_px` (width, height).
    """
    found = _of_movie(plate, frames) if plate.is_movie else _of_pictures(plate, frames)
    for name, pixels in found:
        height_px, width_px = pixels.shape[:2]
        if (width_px, height_px) != size_px:
            raise MediaError(
                f"The plate '{name}' has {width_px}x{height_px} pixels, and the shot "
                f"{size_px[0]}x{size_px[1]}; give a plate of that size."
            )
        yield pixels


def _of_pictures(plate: ScenePlate, frames: range) -> Iterator[tuple[Path, Floats]]:
    before, pixels = None, None
    for index in frames:
        path = plate_file(plate, index)
        if pixels is None or path != before:
            before, pixels = path, _read(path)
        yield path, pixels


def _read(path: Path) -> Floats:
    import OpenImageIO as oiio  # noqa: N813

    as_stored = oiio.ImageSpec()
    as_stored.attribute("oiio:UnassociatedAlpha", 1)  # else colours are multiplied by alpha
    file = oiio.ImageInput.open(str(path), as_stored)
    pixels = told = None
    if file is not None and tuple(file.spec().channelnames[:3]) != ("R", "G", "B"):
        told = "it has no red, green, blue"
    elif file is not None:
        pixels = file.read_image(0, 0, 0, 3, oiio.FLOAT)
    if file is None or pixels is None:
        told = told or oiio.geterror() or (file.geterror() if file else "")
        raise MediaError(
            f"The plate '{path}' cannot be read: {' '.join(told.split()).rstrip('.')}; give a "
            "picture for each frame, of three channels."
        )
    return _displayed(np.asarray(pixels, np.float32), file.spec())


def _displayed(pixels: Floats, spec: Any) -> Floats:
    """The display window of a picture of OpenEXR: overscan is cut off, what is missing is black."""
    left, top = spec.x - spec.full_x, spec.y - spec.full_y
    if (left, top, spec.full_width, spec.full_height) == (0, 0, spec.width, spec.height):
        return pixels
    shown = np.zeros((spec.full_height, spec.full_width, 3), np.float32)
    rows = slice(max(top, 0), max(min(top + spec.height, spec.full_height), 0))
    columns = slice(max(left, 0), max(min(left + spec.width, spec.full_width), 0))
    inside = pixels[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    shown[rows, columns] = inside
    return shown


def _of_movie(plate: ScenePlate, frames: range) -> Iterator[tuple[Path, Floats]]:
    next_index = frames.start
    try:
        with av.open(str(plate.path)) as container:
            for index, frame in enumerate(container.decode(video=0)):
                if index >= frames.stop:
                    return
                if index == next_index:
                    next_index += 1
                    yield plate.path, _pixels(frame)
    except (av.FFmpegError, OSError, IndexError) as error:
        raise MediaError(
            f"The plate '{plate.path}' cannot be read: {error}; give another file."
        ) from None
    if next_index < frames.stop:
        raise MediaError(
            f"The plate '{plate.path}' has {next_index} frames, and the frames up to "
            f"{frames.stop} of the shot are asked for; give a longer one, or fewer frames."
        )


def _pixels(frame: VideoFrame) -> Floats:
    """RGB by the matrix that the frame names, BT.709 where it names none."""
    unsaid: Any = Colorspace.ITU709 if frame.colorspace == 2 else None
    rgb = frame.reformat(format="rgb48le", src_colorspace=unsaid)
    return unit(rgb.to_ndarray(), _HIGH)

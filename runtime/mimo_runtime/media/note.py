"""A note in a video or a picture of ours: text that travels with it and changes nothing else."""

import io
from pathlib import Path

import av
from PIL import Image

from mimo_runtime.errors import MediaError

VIDEO_KEY = "comment"
PICTURE_KEY = "mimo"
_DOCUMENT_NAME = 269  # TIFF 6.0, section 12


def video_note(path: Path) -> str:
    """The note of a video, "" for none.

    Raises MediaError where the file cannot be read.
    """
    try:
        with av.open(str(path)) as container:
            return container.metadata.get(VIDEO_KEY, "")
    except (av.FFmpegError, OSError) as error:
        raise MediaError(
            f"'{path}' cannot be read: {error.strerror}; give a video or a picture."
        ) from None


def tiff_note(tiff: bytes) -> str:
    """The note of a TIFF file, its document name, "" for none.

    Raises MediaError where it is no TIFF.
    """
    try:
        with Image.open(io.BytesIO(tiff), formats=["TIFF"]) as picture:
            return str(picture.getexif().get(_DOCUMENT_NAME, ""))
    except (OSError, ValueError) as error:
        raise MediaError(f"The picture cannot be read: {error}; give a TIFF file.") from None


def picture_note(png: bytes) -> str:
    """The note of a PNG file, "" for none.

    Raises MediaError where it is no PNG.
    """
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
            return str(picture.info.get(PICTURE_KEY, ""))
    except (OSError, ValueError) as error:
        raise MediaError(f"The picture cannot be read: {error}; give a PNG file.") from None

"""Decoding one picture with Pillow."""

from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from mimo_runtime.errors import LimitExceededError, MediaError
from mimo_runtime.media.channel import Channel
from mimo_runtime.media.child.ring_writer import RingWriter
from mimo_runtime.media.decode_job import DecodeJob

_ALPHA_MODES = ("RGBA", "LA", "PA", "La", "RGBa")


def decode_picture(source: BinaryIO, job: DecodeJob, channel: Channel) -> None:
    """Check the size in the header, decode, and hand the pixels over in a ring.

    Raises:
        MediaError: the file is damaged or has pixels of a kind that is not accepted.
        LimitExceededError: it is larger than the job allows.
    """
    # Pillow's own guard warns on stderr and knows nothing of our limits.
    Image.MAX_IMAGE_PIXELS = None
    source.seek(0)
    try:
        picture = Image.open(source, formats=[job.container])
    except UnidentifiedImageError:
        raise MediaError(
            f"'{job.name}' is a truncated or damaged {job.container} file; save it again."
        ) from None
    _check_size(picture.width, picture.height, job)
    pixels = _pixels(picture, job)
    channel.send({"shape": [1, *pixels.shape]})
    writer = RingWriter(channel)
    writer.put(pixels)
    writer.flush()


def _check_size(width_px: int, height_px: int, job: DecodeJob) -> None:
    if width_px * height_px > job.limits.max_picture_px:
        raise LimitExceededError(
            f"'{job.name}' has {width_px}x{height_px} pixels, more than the "
            f"{job.limits.max_picture_px} pixels accepted; make it smaller first."
        )


def _pixels(picture: Image.Image, job: DecodeJob) -> NDArray[np.uint8]:
    """uint8 [height, width, 3 or 4], upright; 16-bit grey is reduced to 8 bits."""
    upright = ImageOps.exif_transpose(picture)
    if upright.mode == "F":
        raise MediaError(f"'{job.name}' has floating-point pixels; save it with 8 bits a channel.")
    if upright.mode.startswith("I"):
        grey = (np.asarray(upright).astype(np.uint32) >> 8).astype(np.uint8)
        return np.repeat(grey[:, :, None], 3, axis=2)
    has_alpha = upright.mode in _ALPHA_MODES or "transparency" in upright.info
    return np.asarray(upright.convert("RGBA" if has_alpha else "RGB"))

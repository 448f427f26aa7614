"""Pictures: read from bytes that nobody vouches for, written as PNG."""

import contextlib
import io
import os
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.errors import MediaError
from mimo_runtime.media.decode_job import DecodeJob
from mimo_runtime.media.fork_server import PYAV_FORK_SERVER
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.note import PICTURE_KEY
from mimo_runtime.media.open_file import check_size_bytes
from mimo_runtime.media.ring import FrameRing
from mimo_runtime.media.sniffing import sniff_picture
from mimo_runtime.media.stop import NEVER, Stop
from mimo_runtime.media.supervision import SupervisedChild


def read_picture(
    data: bytes, name: str, limits: MediaLimits, stop: Stop = NEVER
) -> NDArray[np.uint8]:
    """The picture in `data`, upright and in sRGB, decoded in a child process (`sniff_picture`).

    uint8 [height, width, 3], or [height, width, 4] with the alpha that the file has (RGBA, not
    premultiplied). The size is checked in the header before anything is decoded; a large picture
    is reduced (`MediaLimits`). `name` is what errors call it; `stop` ends the wait from outside,
    its errors are raised.

    Raises:
        MediaError: it is empty, damaged or of a kind that is not accepted.
        LimitExceededError: it is larger than `limits` allow.
    """
    check_size_bytes(len(data), name, limits)
    job = DecodeJob("picture", name, sniff_picture(data, name), limits)
    with contextlib.closing(_as_file(data)) as file:
        child = SupervisedChild(PYAV_FORK_SERVER, job, file.fileno(), stop)
    with child:
        shape = tuple(child.receive()["shape"])
        with contextlib.closing(FrameRing(shape)) as ring:
            child.send({"shape": shape}, [ring.descriptor])
        child.receive()
        pixels: NDArray[np.uint8] = ring.slots[0, 0].copy()
        return pixels


def on_white(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture [height, width, 3 or 4] on a white ground, uint8 [height, width, 3]."""
    if picture.shape[2] == 3:
        return picture
    alpha = picture[..., 3:].astype(np.uint16)
    mixed = picture[..., :3] * alpha + 255 * (255 - alpha) + 127
    return np.asarray(mixed // 255, np.uint8)


def encode_png(rgb: NDArray[np.uint8], note: str = "", *, quick: bool = False) -> bytes:
    """The PNG file of uint8 [height, width, 3], or [height, width, 4] with alpha.

    `note` is text that travels with it (`media.note`); `quick` trades size for time.
    """
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    buffer, texts = io.BytesIO(), PngInfo()
    if note:
        texts.add_itxt(PICTURE_KEY, note, zip=True)
    Image.fromarray(rgb).save(buffer, "PNG", pnginfo=texts, compress_level=1 if quick else 6)
    return buffer.getvalue()


def decode_png(data: bytes) -> NDArray[np.uint8]:
    """The picture of a PNG file that `encode_png` made; read in this process, so only of our own.

    Raises MediaError where it is none.
    """
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as picture:
            return np.asarray(picture)
    except OSError as error:
        raise MediaError(f"A picture of ours is damaged: {error}; write it again.") from None


def encode_jpeg(rgb: NDArray[np.uint8], quality: int) -> bytes:
    """The JPEG file of uint8 [height, width, 3]; `quality` 1 to 100, colours at half resolution."""
    import cv2

    bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)  # a view in that order costs more than the encoder
    _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return bytes(data)


def _as_file(data: bytes) -> BinaryIO:
    """Anonymous memory with `data` in it, for another process to read."""
    file = os.fdopen(os.memfd_create("mimo-picture"), "w+b")
    file.write(data)
    file.flush()
    return file

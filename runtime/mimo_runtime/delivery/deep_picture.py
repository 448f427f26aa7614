"""16-bit PNG and TIFF by OpenImageIO, with what is known of the frame."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from mimo_runtime.delivery.finishing import Picture
from mimo_runtime.delivery.timecode import Timecode
from mimo_runtime.errors import ResourceError
from mimo_runtime.frame_folder import FrameFormat
from mimo_runtime.media.note import PICTURE_KEY

CODES = 65535
_SUFFIXES = {FrameFormat.PNG16: "png", FrameFormat.TIFF16: "tif"}


def encode_deep(
    picture: Picture,
    form: FrameFormat,
    space: str,
    premultiplied: bool,
    timecode: Timecode | None = None,
    note: str = "",
) -> bytes:
    """The file of a frame whose values 0 to 1 become whole codes 0 to 65535.

    The description says space, alpha and timecode; a note is a text of PNG, the document name of
    TIFF. The same arguments give the same bytes.
    """
    import OpenImageIO as oiio  # noqa: N813

    values = picture.rgb if picture.alpha is None else np.dstack([picture.rgb, picture.alpha])
    codes = np.ascontiguousarray(np.rint(values.clip(0, 1) * CODES), np.uint16)
    spec = oiio.ImageSpec(codes.shape[1], codes.shape[0], codes.shape[2], oiio.UINT16)
    spec.attribute("ImageDescription", described(space, picture, premultiplied, timecode))
    spec.attribute("compression", "zip")
    spec.attribute("DateTime", "")  # else that of now
    if picture.alpha is not None and not premultiplied:
        spec.attribute("oiio:UnassociatedAlpha", 1)
    if note:
        spec.attribute("DocumentName" if form is FrameFormat.TIFF16 else PICTURE_KEY, note)
    with TemporaryDirectory(prefix="mimo-picture-") as folder:
        path = Path(folder) / f"frame.{_SUFFIXES[form]}"
        file = oiio.ImageOutput.create(str(path))
        written = file and file.open(str(path), spec) and file.write_image(codes) and file.close()
        if not written:
            told = file.geterror() if file else oiio.geterror()
            raise ResourceError(f"A picture cannot be written: {told}; free space in {folder}.")
        return path.read_bytes()


def described(space: str, picture: Picture, premultiplied: bool, timecode: Timecode | None) -> str:
    """What a frame is, in words."""
    alpha = "none" if picture.alpha is None else "premultiplied" if premultiplied else "straight"
    said = f"colour space {space}, alpha {alpha}"
    return said if timecode is None else f"{said}, timecode {timecode}"

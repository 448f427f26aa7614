"""A folder of pictures in the depth that is wanted."""

from fractions import Fraction
from pathlib import Path

import numpy as np

from mimo_runtime.delivery.deep_picture import encode_deep
from mimo_runtime.delivery.delivery import AlphaMode, Delivery
from mimo_runtime.delivery.exr_picture import encode_layers
from mimo_runtime.delivery.finishing import Picture
from mimo_runtime.delivery.timecode import Timecode
from mimo_runtime.frame_folder import FrameFiles, FrameFolder, FrameFormat
from mimo_runtime.media.picture import encode_png


class DeepPictures:
    """frame.1001.exr and so on; a folder that holds only frames is replaced. See `PictureTarget`.

    `space` is what the values are in, `timecode` that of the first picture.
    """

    def __init__(
        self,
        path: Path,
        delivery: Delivery,
        rate_fps: Fraction,
        files: FrameFiles,
        space: str,
        timecode: Timecode | None,
        note: str,
    ) -> None:
        self._form = files.form
        self._premultiplied = delivery.alpha is AlphaMode.PREMULTIPLIED
        self._first_frame = files.first_frame
        self._rate_fps = rate_fps
        self._space = space
        self._timecode = timecode
        self._note = note
        self._folder = FrameFolder(path, files)

    def write(self, index: int, picture: Picture) -> None:
        """See `PictureTarget.write`."""
        timecode = self._timecode.after(index) if self._timecode else None
        self._folder.append(index, self._encoded(index, picture, timecode))

    def commit(self) -> None:
        """See `Target.commit`."""
        self._folder.commit()

    def discard(self) -> None:
        """See `Target.discard`."""
        self._folder.discard()

    def _encoded(self, index: int, picture: Picture, timecode: Timecode | None) -> bytes:
        if self._form is FrameFormat.PNG:
            values = picture.rgb
            if picture.alpha is not None:
                values = np.dstack([values, picture.alpha])
            return encode_png(np.rint(values.clip(0, 1) * 255).astype(np.uint8), self._note)
        if self._form in (FrameFormat.EXR, FrameFormat.EXR32):
            is_half = self._form is FrameFormat.EXR
            number = self._first_frame + index
            return encode_layers(
                picture, is_half, self._space, number, self._rate_fps, timecode, self._note
            )
        return encode_deep(
            picture, self._form, self._space, self._premultiplied, timecode, self._note
        )

"""Frames of a live stream as they leave: each a picture, or all of them a movie."""

from mimo_runtime.media.encode import FragmentEncoder
from mimo_runtime.media.picture import encode_jpeg, encode_png
from mimo_runtime.synthesis.live_request import LiveFormat, LiveFrame
from mimo_runtime.wire.live import PictureFormat


class LivePictureEncoder:
    """Encodes frames one by one as `picture` says; `quality` is that of JPEG."""

    def __init__(self, picture: PictureFormat, quality: int, output: LiveFormat) -> None:
        self._picture, self._quality = picture, quality
        self._movie: FragmentEncoder | None = None
        self._first = 0
        if picture is PictureFormat.H264:
            self._movie = FragmentEncoder(output.width_px, output.height_px, output.rate_fps)

    def encode(self, frame: LiveFrame) -> bytes:
        """The bytes of a frame; of a movie those that it completes."""
        if self._movie is not None:
            if not frame.index:
                self._first = frame.pose_index
            return self._movie.encode(frame.rgb, frame.pose_index - self._first)
        if self._picture is PictureFormat.RAW:
            return frame.rgb.tobytes()
        if self._picture is PictureFormat.PNG:
            return encode_png(frame.rgb)
        return encode_jpeg(frame.rgb, self._quality)

    def finish(self) -> bytes:
        """The last bytes of a movie; of pictures none."""
        return b"" if self._movie is None else self._movie.finish()

"""A video file in the depth that is wanted."""

from pathlib import Path

import numpy as np

from mimo_runtime.delivery.delivery import AlphaMode, Delivery, MovieFormat
from mimo_runtime.delivery.finisher import DeliveredClip
from mimo_runtime.delivery.finishing import Picture
from mimo_runtime.delivery.timecode import Timecode
from mimo_runtime.media.movie_codec import DNXHR, H264, PRORES, PRORES_ALPHA, MovieCodec, hevc
from mimo_runtime.media.movie_sink import MovieSink
from mimo_runtime.media.note import VIDEO_KEY
from mimo_runtime.media.seal import Seal
from mimo_runtime.media.sound import Sound


class DeepMovie:
    """Hands finished pictures to a `MovieSink`; see `PictureTarget`. Colours of 1 get `white`."""

    def __init__(self, sink: MovieSink, white: int) -> None:
        self._sink = sink
        self._white = white

    def write(self, index: int, picture: Picture) -> None:
        """See `PictureTarget.write`."""
        values = picture.rgb
        if picture.alpha is not None:
            values = np.dstack([values, picture.alpha])
        kind = np.uint8 if self._white == 255 else np.uint16
        self._sink.write(index, np.rint(values.clip(0, 1) * self._white).astype(kind))

    def commit(self) -> None:
        """See `Target.commit`."""
        self._sink.commit()

    def discard(self) -> None:
        """See `Target.discard`."""
        self._sink.discard()


def open_deep_movie(
    path: Path,
    delivery: Delivery,
    clip: DeliveredClip,
    space: str,
    timecode: Timecode | None,
    note: str,
    sound: Sound | None,
    seal: Seal | None = None,
) -> DeepMovie:
    """A video of `space`; what it says of itself is its title. Errors as in `MovieSink`.

    Sound is AAC in .mp4 and 16-bit PCM in .mov.
    """
    movie = delivery.movie_of(path)
    said = f"colour space {space}, alpha {delivery.alpha.value}"
    metadata = {"title": said} | ({VIDEO_KEY: note} if note else {})
    if timecode is not None:
        metadata["timecode"] = str(timecode)
    codec = _codec(movie, delivery.alpha, clip.size_px)
    heard = "pcm_s16le" if path.suffix.lower() == ".mov" else "aac"
    sink = MovieSink(path, clip.size_px, clip.rate_fps, codec, metadata, sound, heard, seal)
    return DeepMovie(sink, 255 if movie is MovieFormat.H264 else 65535)


def _codec(movie: MovieFormat, alpha: AlphaMode, size_px: tuple[int, int]) -> MovieCodec:
    match movie:
        case MovieFormat.H264:
            return H264()
        case MovieFormat.HEVC:
            return hevc(*size_px)
        case MovieFormat.DNXHR:
            return DNXHR
    return PRORES if alpha is AlphaMode.NONE else PRORES_ALPHA

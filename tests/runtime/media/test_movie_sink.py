"""A video of fewer frames than its encoder may reorder."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from mimo_runtime.media.movie_codec import hevc
from mimo_runtime.media.movie_sink import MovieSink

SIZE_PX, TRIES = (64, 48), 30  # libx265 left odd times of decoding in one of five


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_a_short_hevc_video_is_written_every_time(tmp_path: Path, frames: int) -> None:
    pixels = np.zeros((SIZE_PX[1], SIZE_PX[0], 3), np.uint16)
    for number in range(TRIES):
        path = tmp_path / f"{number}.mp4"
        with MovieSink(path, SIZE_PX, Fraction(20), hevc(*SIZE_PX), {}) as sink:
            for index in range(frames):
                sink.write(index, pixels)
        with av.open(str(path)) as container:
            shown_s = [frame.time for frame in container.decode(video=0)]
        assert shown_s == pytest.approx([index / 20 for index in range(frames)])

"""Small clips for the template tests, written with PyAV."""

from pathlib import Path

import av
import numpy as np

CODECS = {".mp4": "libx264", ".mkv": "libx264", ".webm": "libvpx-vp9"}


def write_clip(path: Path, frames: int, *, rate_fps: int = 30, size: tuple[int, int] = (32, 48)):
    """`frames` grey pictures of `size` (height, width); frame i has level 8 * i."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(CODECS[path.suffix], rate=rate_fps)
        stream.height, stream.width = size
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": "1"}
        for index in range(frames):
            levels = np.full((*size, 3), min(255, 8 * index), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(levels, format="rgb24")))
        container.mux(stream.encode())

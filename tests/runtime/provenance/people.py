"""Moving pictures to mark and sign, and a recipe."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.media.sink import open_sink
from mimo_runtime.provenance.recipe import Recipe
from mimo_runtime.sample import YARD

RECIPE = Recipe(
    {"program": "0", "bundle": "b" * 64, "engine": "onnxruntime 1", "steps": 4, "seed": 42},
    {"character": "c" * 64},
    {"character": "somebody.png"},
)
FPS = Fraction(25)


def filmed(count: int = 8) -> list[NDArray[np.uint8]]:
    """Frames of a real scene, uint8 RGB [288, 288, 3]."""
    frames: list[NDArray[np.uint8]] = []
    with av.open(str(YARD / "vid.mp4")) as container:
        for frame in container.decode(video=0):
            frames.append(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8))
            if len(frames) == count:
                return frames
    raise AssertionError("the sample is shorter than that")


def written(path: Path, frames: list[NDArray[np.uint8]], **options: object) -> Path:
    """A video of frames, as a render writes it."""
    height_px, width_px = frames[0].shape[:2]
    with open_sink(path, width_px, height_px, FPS, **options) as sink:  # type: ignore[arg-type]
        for index, frame in enumerate(frames):
            sink.write(index, frame)
    return path


def decoded(path: Path) -> list[NDArray[np.uint8]]:
    """The frames of a video, uint8 RGB."""
    with av.open(str(path)) as container:
        return [
            np.asarray(each.to_ndarray(format="rgb24"), np.uint8)
            for each in container.decode(video=0)
        ]


def recompressed(path: Path, crf: int) -> Path:
    """The same video by another encoder setting, as a platform makes it; nothing else is kept."""
    frames, target = decoded(path), path.with_name(f"crf{crf}.mp4")
    with av.open(str(target), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"crf": str(crf)})
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode(None))
    return target

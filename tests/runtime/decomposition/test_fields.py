"""Somebody in an interlaced video is found as in a video of whole pictures."""

import json
from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np

from mimo_runtime import sample
from mimo_runtime.decomposition.clip import open_driving
from mimo_runtime.decomposition.decompose import DecomposeOptions, decompose

DRIVING = Path(sample.__file__).parent / "driving.mp4"


def planes_of(rgb: np.ndarray) -> list[np.ndarray]:
    """Y, U and V, 4:2:0."""
    frame = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format="yuv420p")
    height, width = rgb.shape[:2]
    y, u, v = np.split(
        frame.to_ndarray().reshape(-1), np.cumsum([height * width, height * width // 4])
    )
    return [y.reshape(height, width), *(c.reshape(height // 2, width // 2) for c in (u, v))]


def write_interlaced(path: Path, pictures: Sequence[np.ndarray]) -> None:
    """Every picture is a field, upper ones first, two of them a frame."""
    with av.open(str(path), "w") as container:
        options = {"crf": "10", "x264-params": "interlaced=1"}
        stream = container.add_stream("libx264", rate=30, options=options)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for upper, lower in zip(pictures[::2], pictures[1::2], strict=True):
            woven = planes_of(upper)
            for plane, other in zip(woven, planes_of(lower), strict=True):
                plane[1::2] = other[1::2]
            flat = np.concatenate([plane.reshape(-1) for plane in woven])
            shape = (-1, stream.width)
            frame = av.VideoFrame.from_ndarray(flat.reshape(shape), format="yuv420p")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def test_somebody_is_found_in_fields(tmp_path: Path) -> None:
    pictures = [frame[16:272].copy() for frame in open_driving(DRIVING, 720).frames()]
    write_interlaced(tmp_path / "fields.mp4", pictures)
    decompose(
        tmp_path / "fields.mp4",
        tmp_path / "template",
        DecomposeOptions(threads=1),
        lambda *_: None,
    )
    report = json.loads((tmp_path / "template" / "extras" / "report.json").read_text())
    assert report["template"]["frame_count"] == 18
    assert any("interlaced" in str(sentence) for sentence in report.values())
    assert report["found"] * 18 > 15.5

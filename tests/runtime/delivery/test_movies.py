"""Videos of more than 8 bits, read back by FFmpeg: codec, depth, alpha, colour, timecode, sound."""

import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from mimo_runtime.delivery.delivery import AlphaMode, Delivery, MovieFormat
from mimo_runtime.delivery.opening import open_delivery
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.frame_folder import FrameFormat
from mimo_runtime.media.note import video_note
from mimo_runtime.synthesis.frame_layers import CODES
from tests.runtime.media.clicks import RATE_HZ, clicks, heard_clicks

from .painted import RATE_FPS, beauty, clip, layers

FRAMES = 12


class Clicks:
    """A click track as `Sound`."""

    rate_hz, channels = RATE_HZ, 1

    def blocks(self) -> Any:
        yield clicks((0.1, 0.4), FRAMES / float(RATE_FPS)).reshape(-1, 1)


def deliver(path: Path, **asked: Any) -> None:
    delivery = Delivery(timecode="10:00:00:00", **asked)
    with open_delivery(path, delivery, clip(FRAMES, 2), "a note", Clicks()) as sink:
        for index in range(FRAMES):
            sink.write(index, beauty(index), layers(index))


def frames_of(path: Path, form: str) -> list[NDArray[Any]]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format=form) for frame in container.decode(video=0)]


@pytest.mark.parametrize(
    ("name", "movie", "codec", "form", "error"),
    [
        ("a.mov", None, "prores", "yuv444p12le", 3),
        ("b.mov", MovieFormat.DNXHR, "dnxhd", "yuv422p10le", 9),
        ("c.mp4", MovieFormat.HEVC, "hevc", "yuv420p10le", 9),
        ("d.mp4", None, "h264", "yuv420p", 9),
        ("e.mov", MovieFormat.H264, "h264", "yuv420p", 9),
    ],
)
def test_every_codec(
    tmp_path: Path, name: str, movie: MovieFormat | None, codec: str, form: str, error: float
) -> None:
    path = tmp_path / name
    deliver(path, movie=movie)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.codec.canonical_name == codec
        assert stream.pix_fmt in (form, form.replace("p12", "p10"))
        assert (stream.frames, stream.average_rate) == (FRAMES, RATE_FPS)
        context = stream.codec_context
        assert (context.colorspace, context.color_primaries, context.color_trc) == (1, 1, 1)
        timecodes = [
            each.metadata["timecode"] for each in container.streams if "timecode" in each.metadata
        ]
        assert timecodes[0] == "10:00:00:02"
        assert "colour space srgb, alpha none" in container.metadata.values()
    assert video_note(path) == "a note"
    shown = frames_of(path, "rgb24")
    for index in range(FRAMES):
        off = np.abs(shown[index].astype(int) - beauty(index))
        assert off.mean() < error
    rate_hz, heard = heard_clicks(path)
    expected = [round(at * RATE_HZ) for at in (0.1, 0.4)]
    assert rate_hz == RATE_HZ
    assert all(abs(at - wanted) <= 1 for at, wanted in zip(heard, expected, strict=True))


@pytest.mark.parametrize("alpha", [AlphaMode.STRAIGHT, AlphaMode.PREMULTIPLIED])
def test_prores_carries_alpha(tmp_path: Path, alpha: AlphaMode) -> None:
    path = tmp_path / "out.mov"
    deliver(path, alpha=alpha)
    with av.open(str(path)) as container:
        assert container.streams.video[0].pix_fmt == "yuva444p12le"
        assert f"colour space srgb, alpha {alpha.value}" in container.metadata.values()
    shown = frames_of(path, "rgba64le")[3] / 65535
    made = layers(3)
    matte = made.human[..., 3] / CODES * (1 - made.occlusion / 255)
    np.testing.assert_allclose(shown[..., 3], matte, atol=2e-3)
    solid = made.human[60:85, 135:145, :3] / CODES
    np.testing.assert_allclose(shown[60:85, 135:145, :3], solid, atol=0.02)
    grey = shown[44:48, 120:150, :3]
    assert grey.mean() == pytest.approx(0.5 if alpha is AlphaMode.PREMULTIPLIED else 1, abs=0.02)


def test_what_cannot_be_is_a_sentence(tmp_path: Path) -> None:
    for name, asked, sentence in [
        ("a.mp4", {"movie": MovieFormat.PRORES}, "prores4444 goes into .mov"),
        ("a.mp4", {"alpha": AlphaMode.STRAIGHT}, "h264 has no alpha; choose prores4444"),
        ("a.mov", {"layers": True}, "Layers go into EXR pictures, and the output"),
        ("a", {"movie": MovieFormat.HEVC}, "is a folder; name a video file"),
        ("a", {"alpha": AlphaMode.PREMULTIPLIED}, "PNG keeps straight alpha"),
        ("a", {"layers": True}, "not png; choose exr or exr32"),
        ("a.mov", {"space": "foo"}, "There is no colour space 'foo'"),
    ]:
        with pytest.raises(InvalidRequestError, match=sentence):
            deliver(tmp_path / name, **asked)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.mov", "a"])
def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    delivery = Delivery(pictures=FrameFormat.PNG16 if name == "a" else FrameFormat.PNG)
    with pytest.raises(InvalidRequestError, match="cannot be written: Not a directory; choose"):
        open_delivery(tmp_path / "file" / name, delivery, clip())


@pytest.mark.parametrize("name", ["a.mov", "a"])
def test_a_full_disk_is_a_sentence_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    """As the system tells it where a file may not grow."""
    program = f"""
import resource, signal, sys
from pathlib import Path
from mimo_runtime.delivery.delivery import Delivery
from mimo_runtime.delivery.opening import open_delivery
from mimo_runtime.errors import ResourceError
from mimo_runtime.frame_folder import FrameFormat
from tests.runtime.delivery.painted import beauty, clip, layers
delivery = Delivery(pictures=FrameFormat.{"EXR32" if name == "a" else "PNG"}, layers={name == "a"})
beauty(0), layers(0)
try:
    with open_delivery(Path({str(tmp_path / name)!r}), delivery, clip(9)) as sink:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
        for index in range(9):
            sink.write(index, beauty(index), layers(index))
except ResourceError as error:
    sys.exit(str(error))
"""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "There is no room to write" in ran.stderr, ran.stderr
    assert list(tmp_path.iterdir()) == []


def test_dnxhr_refuses_what_is_too_small(tmp_path: Path) -> None:
    from mimo_runtime.delivery.finisher import DeliveredClip

    small = DeliveredClip((64, 48), Fraction(24), range(1))
    with pytest.raises(InvalidRequestError, match="takes frames from 256x120 pixels on, and these"):
        open_delivery(tmp_path / "a.mov", Delivery(movie=MovieFormat.DNXHR), small)
    assert list(tmp_path.iterdir()) == []

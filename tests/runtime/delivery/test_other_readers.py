"""What is delivered, read by FFmpeg's own programs: timecode, colour, alpha, sound and layers."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import OpenEXR
import pytest

from mimo_runtime.delivery.delivery import AlphaMode, Delivery, MovieFormat
from mimo_runtime.delivery.finisher import DeliveredClip
from mimo_runtime.delivery.opening import open_delivery
from mimo_runtime.frame_folder import FrameFormat
from tests.runtime.media.clicks import RATE_HZ
from tests.runtime.media.ffmpeg_tools import clicks_by_ffmpeg, decoded_by_ffmpeg, probed

from .painted import HEIGHT_PX, WIDTH_PX, beauty, layers
from .test_movies import FRAMES, Clicks

FILM_FPS = Fraction(24000, 1001)
DROP_FPS = Fraction(30000, 1001)


def deliver(path: Path, delivery: Delivery, rate_fps: Fraction, sound: bool = True) -> None:
    """The frames from the third on."""
    clip = DeliveredClip((WIDTH_PX, HEIGHT_PX), rate_fps, range(2, FRAMES + 2))
    with open_delivery(path, delivery, clip, "", Clicks() if sound else None) as sink:
        for index in range(FRAMES):
            sink.write(index, beauty(index), layers(index))


DNX = "dnxhd", "DNXHR HQX", "yuv422p10le", "pcm_s16le"


@pytest.mark.parametrize(
    ("name", "movie", "alpha", "expected"),
    [
        ("a.mov", None, AlphaMode.NONE, ("prores", "4444", "yuv444p12le", "pcm_s16le")),
        ("b.mov", None, AlphaMode.STRAIGHT, ("prores", "4444", "yuva444p12le", "pcm_s16le")),
        (
            "c.mov",
            MovieFormat.DNXHR,
            AlphaMode.NONE,
            ("dnxhd", "DNXHR HQX", "yuv422p10le", "pcm_s16le"),
        ),
        ("d.mp4", MovieFormat.HEVC, AlphaMode.NONE, ("hevc", "Main 10", "yuv420p10le", "aac")),
        ("e.mp4", None, AlphaMode.NONE, ("h264", "High", "yuv420p", "aac")),
    ],
)
@pytest.mark.parametrize(
    ("rate_fps", "timecode", "first"),
    [(FILM_FPS, "09:59:59:23", "10:00:00:01"), (DROP_FPS, "00:00:59;28", "00:01:00;02")],
)
def test_ffprobe_says_of_a_video_what_was_asked_for(
    tmp_path: Path,
    name: str,
    movie: MovieFormat | None,
    alpha: AlphaMode,
    expected: tuple[str, ...],
    rate_fps: Fraction,
    timecode: str,
    first: str,
) -> None:
    deliver(tmp_path / name, Delivery(movie=movie, alpha=alpha, timecode=timecode), rate_fps)
    streams = {each["codec_type"]: each for each in probed(tmp_path / name)["streams"]}
    video, sound = streams["video"], streams["audio"]
    said = video["codec_name"], video["profile"], video["pix_fmt"], sound["codec_name"]
    assert said == expected
    assert (video["width"], video["height"]) == (WIDTH_PX, HEIGHT_PX)
    assert video["r_frame_rate"] == f"{rate_fps.numerator}/{rate_fps.denominator}"
    assert int(video["nb_frames"]) == FRAMES
    colour = {video[f"color_{kind}"] for kind in ("space", "primaries", "transfer")}
    assert colour == {"bt709"}
    assert streams["data"]["tags"]["timecode"] == first
    assert float(video["start_time"]) == float(sound["start_time"]) == 0
    heard = clicks_by_ffmpeg(tmp_path / name, RATE_HZ)
    wanted = [round(at * RATE_HZ) for at in (0.1, 0.4)]
    assert [abs(at - where) <= 1 for at, where in zip(heard, wanted, strict=True)] == [True, True]


def test_ffmpeg_sees_the_alpha_of_prores(tmp_path: Path) -> None:
    deliver(tmp_path / "a.mov", Delivery(alpha=AlphaMode.STRAIGHT), FILM_FPS, sound=False)
    data = decoded_by_ffmpeg(tmp_path / "a.mov", "rgba64le")
    shown = np.frombuffer(data, "<u2").reshape(FRAMES, HEIGHT_PX, WIDTH_PX, 4) / 65535
    made = layers(3)
    matte = made.human[..., 3] / 65535 * (1 - made.occlusion / 255)
    np.testing.assert_allclose(shown[3, ..., 3], matte, atol=2e-3)


@pytest.mark.parametrize("form", [FrameFormat.EXR, FrameFormat.EXR32])
def test_ffmpeg_reads_the_layers_of_exr_as_openexr_does(tmp_path: Path, form: FrameFormat) -> None:
    """By a decoder of its own, which shares no code with the library that wrote them."""
    delivery = Delivery(pictures=form, layers=True, first_frame=1001, timecode="01:00:00:00")
    deliver(tmp_path / "out", delivery, FILM_FPS, sound=False)
    path = tmp_path / "out" / "frame.1004.exr"
    kept = OpenEXR.File(str(path)).channels()
    for layer, name, form_of in (("", "RGB", "gbrpf32le"), ("human", "human", "gbrapf32le")):
        planes = 4 if "a" in form_of else 3
        data = decoded_by_ffmpeg(path, form_of, "-layer", layer)
        read = np.frombuffer(data, "<f4").reshape(planes, HEIGHT_PX, WIDTH_PX)
        order = [2, 0, 1, 3][:planes]  # green, blue, red, alpha are how the planes lie
        pixels = kept[name].pixels.astype(np.float32)
        np.testing.assert_array_equal(read[order].transpose(1, 2, 0), pixels)

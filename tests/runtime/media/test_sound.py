"""Sound: it is found where it belongs, to the sample, and goes with what is written."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.errors import MediaError
from mimo_runtime.media.child.sound import Blocks
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.mp4_sink import Mp4Sink
from mimo_runtime.media.sink import open_sink
from mimo_runtime.media.sound import open_sound, read_wav, write_wav
from tests.runtime.media.clicks import LEVEL, RATE_HZ, clicks, heard_clicks, write_clip_with_sound
from tests.runtime.media.clips import picture, write_clip

RATE_FPS = Fraction(25)
FRAMES = 30
TIMES_S = (0.0, 0.4, 0.88, 1.16)
PICTURES = [picture(index) for index in range(FRAMES)]


def clip(path: Path, **how: object) -> Path:
    sound = clicks(TIMES_S, 1.2, int(str(how.get("rate_hz", RATE_HZ))))
    return write_clip_with_sound(path, PICTURES, RATE_FPS, sound, **how)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("a.mp4", {}),
        ("a.mkv", {"layout": "stereo"}),
        ("a.mov", {"codec": "pcm_s16le", "rate_hz": 44_100}),
    ],
)
def test_what_is_read_is_what_is_there_to_the_sample(tmp_path: Path, name: str, how: dict) -> None:
    sound = open_sound(clip(tmp_path / name, **how), MediaLimits(), 0.4, 1.0)
    assert sound is not None
    rate_hz = how.get("rate_hz", RATE_HZ)
    assert (sound.rate_hz, sound.channels) == (rate_hz, 2 if "layout" in how else 1)
    heard = np.concatenate(list(sound.blocks()))
    assert heard.shape == (rate_hz, sound.channels)
    expected = clicks([0.0, 0.48, 0.76], 1.0, rate_hz)
    np.testing.assert_array_equal(heard, np.repeat(expected[:, None], sound.channels, axis=1))


def test_before_its_beginning_and_after_its_end_there_is_silence(tmp_path: Path) -> None:
    sound = open_sound(clip(tmp_path / "a.mp4"), MediaLimits(), -0.5, 2.25)
    assert sound is not None
    heard = np.concatenate(list(sound.blocks()))[:, 0]
    assert heard.tolist() == clicks([t + 0.5 for t in TIMES_S], 2.25).tolist()


def test_a_clip_without_sound_has_none(tmp_path: Path) -> None:
    assert open_sound(write_clip(tmp_path / "a.mp4", PICTURES), MediaLimits(), 0, 1) is None
    (tmp_path / "b.mp4").write_bytes(b"no video at all, not even a header of one")
    with pytest.raises(MediaError):
        open_sound(tmp_path / "b.mp4", MediaLimits(), 0, 1)


@pytest.mark.parametrize(("codec", "off"), [("aac", 1), ("flac", 0)])
def test_a_video_is_written_with_it(tmp_path: Path, codec: str, off: int) -> None:
    """The video begins late in the source, so that what is heard before is cut off."""
    source = clip(tmp_path / "source.mp4", video_delay_s=Fraction(19, 50))
    sound = open_sound(source, MediaLimits(), 0.38, float(FRAMES / RATE_FPS))
    with Mp4Sink(tmp_path / "out.mp4", 64, 48, RATE_FPS, "", sound, codec) as sink:
        for index, rgb in enumerate(PICTURES):
            sink.write(index, rgb)
    rate_hz, heard = heard_clicks(tmp_path / "out.mp4")
    assert rate_hz == RATE_HZ
    assert len(heard) == 3
    expected = [round(seconds * RATE_HZ) for seconds in (0.02, 0.5, 0.78)]
    assert all(abs(at - wanted) <= off for at, wanted in zip(heard, expected, strict=True))


def test_a_wav_file_keeps_it(tmp_path: Path) -> None:
    sound = open_sound(clip(tmp_path / "a.mkv", layout="stereo"), MediaLimits(), 0, 1.2)
    assert sound is not None
    write_wav(tmp_path / "a.wav", sound)
    kept = read_wav(tmp_path / "a.wav")
    assert (kept.rate_hz, kept.channels) == (sound.rate_hz, sound.channels)
    np.testing.assert_array_equal(
        np.concatenate(list(kept.blocks())), np.concatenate(list(sound.blocks()))
    )
    (tmp_path / "b.wav").write_bytes(b"RIFF")
    with pytest.raises(MediaError, match=r"cannot be read: .*; write it again"):
        read_wav(tmp_path / "b.wav")


def test_pictures_are_written_without_it(tmp_path: Path) -> None:
    sound = open_sound(clip(tmp_path / "a.mp4"), MediaLimits(), 0, 1.2)
    with open_sink(tmp_path / "frames", 64, 48, RATE_FPS, sound=sound) as sink:
        sink.write(0, PICTURES[0])
    assert [path.name for path in (tmp_path / "frames").iterdir()] == ["frame_000000.png"]


def test_pieces_go_where_they_belong() -> None:
    ones = np.full((5, 1), LEVEL, np.int16)
    blocks = Blocks(count=20, size=8, channels=1)
    made = [*blocks.add(-3, ones), *blocks.add(6, ones), *blocks.add(18, ones), *blocks.rest()]
    heard = np.concatenate(made)[:, 0]
    assert np.flatnonzero(heard).tolist() == [0, 1, 6, 7, 8, 9, 10, 18, 19]
    assert len(heard) == 24

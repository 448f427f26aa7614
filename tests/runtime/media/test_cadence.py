"""Videos whose frames repeat in a fixed order: a film at 60 a second, a slow recorder."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.decomposition.clip import open_driving
from mimo_runtime.media.child.cadence import cadence_of
from mimo_runtime.media.clip_notes import clip_notes
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.reader import inspect_clip, open_clip

from .clips import write_clip
from .frames import all_frames

FILM = 36


def bar(index: int) -> np.ndarray:
    picture = np.full((64, 160, 3), 40, np.uint8)
    picture[:, 4 + 4 * index : 16 + 4 * index] = 220
    return picture


def stored(copies: list[int]) -> list[int]:
    """Which frame of the film each frame of the file is, `copies` of one after the other."""
    return [index for index in range(FILM) for _ in range(copies[index % len(copies)])]


def columns(frames: np.ndarray) -> list[int]:
    return [round((int(np.argmax(frame[32, :, 0] > 130)) - 4) / 4) for frame in frames]


CADENCES = [
    ([2, 3], 60, 24),
    ([3, 2], Fraction(60000, 1001), Fraction(24000, 1001)),
    ([2, 3, 3, 2], 60, 24),
    ([1, 1, 1, 2], 30, 24),
    ([1, 2], 30, 20),
    ([2], 30, 15),
    ([2], 60, 30),
    ([3], 24, 8),
    ([2, 2, 3, 2, 3], 60, 25),
    ([1, 1, 1, 1, 2], 60, 50),
    ([5], 60, 12),
]


@pytest.mark.parametrize("skipped", [0, 1, 2])
@pytest.mark.parametrize(("copies", "rate_fps", "film_fps"), CADENCES)
def test_repeats_are_left_out(
    tmp_path: Path, copies: list[int], rate_fps: Fraction, film_fps: Fraction, skipped: int
) -> None:
    """Also where a clip begins between the copies of a picture."""
    indices = stored(copies)[skipped:]
    path = write_clip(tmp_path / "a.mkv", [bar(k) for k in indices], rate_fps=rate_fps)
    info = inspect_clip(path, MediaLimits(), finds_fields=True)
    with open_clip(path, MediaLimits(), known=info) as reader:
        shown = columns(np.concatenate([batch.frames.copy() for batch in reader]))
    assert info.rate_fps == film_fps
    film = sorted(set(indices))
    begun = stored(copies)[skipped - 1] == indices[0] if skipped else False
    assert shown == film[begun:]  # a picture whose first copy was cut off is left out
    assert "repeat the one before" in " ".join(clip_notes(info))


def test_a_driving_video_has_the_rate_of_its_pictures(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", [bar(k) for k in stored([2, 3])], rate_fps=60)
    clip = open_driving(path)
    assert (clip.rate_fps, columns(np.stack(list(clip.frames())))) == (24, list(range(FILM)))


def test_somebody_may_stand_still_in_between(tmp_path: Path) -> None:
    film = [*range(12), *[12] * 20, *range(12, 36)]
    stands = [film[k] for k in range(len(film)) for _ in range(2 + k % 2)]
    path = write_clip(tmp_path / "a.mp4", [bar(k) for k in stands], rate_fps=60)
    info = inspect_clip(path, MediaLimits(), finds_fields=True)
    assert (info.cadence, info.rate_fps) == ("10100", 24)


def test_repeats_out_of_order_stay(tmp_path: Path) -> None:
    """Frames that were dropped here and there, and a cadence that an edit breaks."""
    dropped = np.maximum.accumulate([k if k % 7 and k % 11 else 0 for k in range(36)])
    edited = [*stored([2, 3])[:40], *stored([2, 3])[41:]]
    for name, indices in (("a.mp4", dropped), ("b.mp4", edited)):
        path = write_clip(tmp_path / name, [bar(int(k)) for k in indices], rate_fps=60)
        info = inspect_clip(path, MediaLimits(), finds_fields=True)
        assert (info.cadence, info.frame_count) == ("", len(indices))


def test_streams_of_a_template_keep_their_frames(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", [bar(k) for k in stored([2])], rate_fps=60)
    assert len(all_frames(path)) == 2 * FILM


def test_a_motion_that_turns_is_no_repeat() -> None:
    """What swings once a second rests at both ends, in the same frames each time."""
    place = 40 * np.cos(2 * np.pi * (np.arange(300) + 0.5) / 30)
    levels = np.abs(np.diff(place, prepend=place[0]))
    assert levels[30] < 1e-9
    assert cadence_of(np.rint(3 * levels).astype(int).tolist()) == ""


@pytest.mark.parametrize("levels", [[], [0], [0, 9, 9], [0] * 300, [0, *[20] * 299], [0, 9, 0, 9]])
def test_what_shows_no_order_has_no_cadence(levels: list[int]) -> None:
    assert cadence_of(levels) == ""


@pytest.mark.parametrize("seed", range(20))
def test_chance_is_no_cadence(seed: int) -> None:
    random = np.random.default_rng(seed)
    share = random.uniform(0.05, 0.95)
    assert cadence_of((40 * (random.random(400) < share)).astype(int).tolist()) == ""

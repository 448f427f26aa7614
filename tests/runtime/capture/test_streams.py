"""A file and a pipe as a camera."""

import io
import subprocess
import sys
from fractions import Fraction
from itertools import chain, repeat
from pathlib import Path
from types import SimpleNamespace
from typing import BinaryIO, cast

import pytest

from mimo_runtime.capture.streams import FileStream, PipeStream
from mimo_runtime.errors import InvalidRequestError, MediaError
from mimo_runtime.sample import YARD
from mimo_runtime.wire.live import QueuePolicy

DRIVING = YARD.with_name("driving.mp4")  # 36 frames, 15 a second


def test_a_file_is_played_whole_where_no_frame_may_be_left_out() -> None:
    stream = FileStream(DRIVING, Fraction(5), QueuePolicy.LOSSLESS)
    assert stream.rate_fps == 5
    found = list(stream.frames())
    assert [index for index, _ in found] == list(range(12))
    assert found[0][1].shape == (*stream.size_px[::-1], 3)


def test_a_file_says_its_own_rate() -> None:
    assert FileStream(DRIVING, None, QueuePolicy.LIVE).rate_fps == 15


def test_a_rate_above_the_video_s_is_told() -> None:
    with pytest.raises(InvalidRequestError, match="played at 15 frames a second"):
        FileStream(DRIVING, Fraction(60), QueuePolicy.LIVE)


def test_of_a_slow_reader_frames_are_left_out_and_never_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks_s = chain([0.0, 0.0], [0.9] * 4, repeat(5.0))  # at the clock: once, then once a frame
    clock = SimpleNamespace(monotonic=lambda: next(looks_s), sleep=lambda _s: None)
    monkeypatch.setattr("mimo_runtime.capture.streams.time", clock)
    found = [index for index, _ in FileStream(DRIVING, Fraction(5), QueuePolicy.LIVE).frames()]
    assert found == [0, 4, 11]


def test_a_pipe_of_another_program() -> None:
    program = "import shutil, sys; shutil.copyfileobj(open(sys.argv[1], 'rb'), sys.stdout.buffer)"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(DRIVING)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        stream = PipeStream(cast(BinaryIO, process.stdout), Fraction(5), QueuePolicy.LOSSLESS)
        indices = [index for index, _ in stream.frames()]
    assert indices == sorted(set(indices))
    assert len(indices) in (12, 13)


def test_no_video_in_a_pipe_is_told() -> None:
    with pytest.raises(MediaError, match="can be streamed"):
        PipeStream(io.BytesIO(b"nothing" * 100), None, QueuePolicy.LIVE)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(MediaError):
        FileStream(tmp_path / "none.mp4", None, QueuePolicy.LIVE)

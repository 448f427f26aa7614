"""The process that takes a driving video apart: its end, and that of who started it."""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from mimo_runtime.errors import CancelledError, LimitExceededError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.sample import YARD
from mimo_runtime.sessions.preparation import decompose_apart
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.wire.progress import Progress

DRIVING = YARD.with_name("driving.mp4")


def test_it_keeps_the_server_s_limits(tmp_path: Path) -> None:
    limits = MediaLimits(max_frames=3)
    with pytest.raises(LimitExceededError, match="3"):
        decompose_apart(DRIVING, tmp_path / "t", limits, CancellationToken(), lambda _: None)
    assert not list(tmp_path.iterdir())


def test_cancelling_ends_it(tmp_path: Path) -> None:
    token = CancellationToken()

    def cancel(_progress: Progress) -> None:
        token.cancel()

    with pytest.raises(CancelledError):
        decompose_apart(DRIVING, tmp_path / "t", MediaLimits(), token, cancel)
    assert not (tmp_path / "t").exists()


def test_it_ends_with_who_started_it(tmp_path: Path) -> None:
    order = {
        "video": str(DRIVING),
        "template": str(tmp_path / "t"),
        "limits": asdict(MediaLimits()),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "mimo_runtime.decomposition.worker"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["stage"] == "people"
        process.stdin.close()  # as when the one at the other end dies
        assert process.wait(timeout=60) == 1

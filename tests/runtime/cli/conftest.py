"""What tests of several commands share: the shot of farms, the options of live streams."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mimo_runtime.body.shipped import load_body
from mimo_runtime.motions.pose_file import write_poses
from mimo_runtime.motions.procedural import walk
from mimo_runtime.sample import CHARACTER
from tests.runtime.cli.commands import write_shot
from tests.runtime.runner.live import RATE, scene_picture
from tests.runtime.runner.live_server import live_server

LIVE_FRAMES = 3


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    """Of 8 frames, three to a segment, into 'out/shot'."""
    return write_shot(tmp_path, "segment_frames: 3", "output: out/shot")


@pytest.fixture(scope="module")
def live_options(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Those of a stream from a real server: three postures, one a second, so that any machine
    keeps up.
    """
    folder, body = tmp_path_factory.mktemp("inputs"), load_body()
    count = int((LIVE_FRAMES - 1) * RATE) + 1
    write_poses(folder / "walk.npz", walk(body.skeleton, count, RATE), body.skeleton)
    with live_server(tmp_path_factory.mktemp("bundles")) as server:
        given = {
            "server": server.address, "character": CHARACTER, "scene": scene_picture(folder),
            "motion": folder / "walk.npz", "size": "96x96", "fps": 1, "steps": 1, "guidance": 1,
            "policy": "lossless",
        }  # fmt: skip
        yield [text for name, value in given.items() for text in (f"--{name}", str(value))]

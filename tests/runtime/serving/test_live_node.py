"""A client in another language does a whole live stream from the proto alone."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from google.protobuf.json_format import MessageToDict

from mimo_runtime.client.live_messages import live_config, live_pose
from mimo_runtime.runner.threads import ThreadRunner
from mimo_runtime.serving.local import LocalServer
from mimo_runtime.wire.live import PictureFormat
from tests.runtime.runner.live import live_files, postures
from tests.runtime.serving.test_live import runner, server, slow  # noqa: F401

ROOT = Path(__file__).resolve().parents[3]
CLIENT, PROTO = ROOT / "tests/node/live.mjs", ROOT / "proto/mimo/v1/synthesis.proto"


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
@pytest.mark.skipif(
    not (CLIENT.parent / "node_modules").is_dir(),
    reason="needs what `make tests/node/installed` installs by npm",
)
def test_node(server: LocalServer, runner: ThreadRunner, tmp_path: Path) -> None:  # noqa: F811
    files = live_files(tmp_path)
    config = live_config(slow(), PictureFormat.JPEG, 80)
    told = {
        "config": MessageToDict(config, preserving_proto_field_name=True),
        "poses": [
            MessageToDict(live_pose(pose), preserving_proto_field_name=True) for pose in postures(2)
        ],
    }
    (tmp_path / "poses.json").write_text(json.dumps(told))
    command = ["node", CLIENT, PROTO, server.address, files.character, files.scene]
    ended = subprocess.run(
        [*map(str, command), str(tmp_path / "poses.json")],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    said = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [next(iter(line)) for line in said] == [
        "ready",
        "frame",
        "frame",
        "summary",
        "status",
    ], ended.stdout + ended.stderr
    assert said[0]["ready"] == {"joints": 31, "steps": 1}
    assert [line["frame"]["head"] for line in said[1:3]] == ["ffd8ff"] * 2
    assert said[3]["summary"]["frame_count"] == 2
    assert said[4] == {"status": 0}
    assert runner.streams == 0

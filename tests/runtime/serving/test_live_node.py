"""A client in another language does a whole live stream from the proto alone."""

import json
from pathlib import Path

from google.protobuf.json_format import MessageToDict

from mimo_runtime.client.live_messages import live_config, live_pose
from mimo_runtime.runner.threads import ThreadRunner
from mimo_runtime.serving.local import LocalServer
from mimo_runtime.wire.live import PictureFormat
from tests.foreign import ROOT, node
from tests.runtime.runner.live import live_files, postures
from tests.runtime.serving.test_live import runner, server, slow  # noqa: F401

CLIENT, PROTO = ROOT / "tests/node/live.mjs", ROOT / "proto/mimo/v1/synthesis.proto"


def test_node(server: LocalServer, runner: ThreadRunner, tmp_path: Path) -> None:  # noqa: F811
    files = live_files(tmp_path)
    config = live_config(slow(), PictureFormat.JPEG, 80)
    told = {
        "config": MessageToDict(config, preserving_proto_field_name=True),
        "poses": [
            MessageToDict(live_pose(pose), preserving_proto_field_name=True) for pose in postures(2)
        ],
    }
    poses = tmp_path / "poses.json"
    poses.write_text(json.dumps(told))
    lines = node(CLIENT, PROTO, server.address, files.character, files.scene, poses)
    said = [json.loads(line) for line in lines.splitlines()]
    kinds = [next(iter(line)) for line in said]
    assert kinds == ["ready", "frame", "frame", "summary", "status"], said
    assert said[0]["ready"] == {"joints": 31, "steps": 1}
    assert [line["frame"]["head"] for line in said[1:3]] == ["ffd8ff"] * 2
    assert said[3]["summary"]["frame_count"] == 2
    assert said[4] == {"status": 0}
    assert runner.streams == 0

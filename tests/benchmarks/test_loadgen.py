"""LoadGen as a judge: a short run against a real server, where LoadGen is installed."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.loadgen import summary_of
from mimo_runtime.motions.pose_file import write_poses
from mimo_runtime.motions.procedural import walk
from mimo_runtime.sample import CHARACTER
from mimo_runtime.serving.local import LocalServer
from tests.runtime.runner.live import RATE, scene_picture
from tests.runtime.runner.live_server import live_server

SUMMARY = """
================================================
Scenario : Server
Scheduled samples per second : 9.97
Result is : INVALID
Completed samples per second    : 5.50
Min latency (ns)                : 1000000
Max latency (ns)                : 30000000
50.00 percentile latency (ns)   : 2000000
99.00 percentile latency (ns)   : 25000000
"""


def test_a_summary() -> None:
    found = summary_of(SUMMARY)
    assert (found["result"], found["asked_per_s"], found["done_per_s"]) == ("INVALID", 9.97, 5.5)
    assert (found["p50_ms"], found["p99_ms"], found["max_ms"]) == (2.0, 25.0, 30.0)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalServer]:
    with live_server(tmp_path) as server:
        yield server


def test_a_short_run_over_two_streams(server: LocalServer, tmp_path: Path) -> None:
    """Every query is answered: LoadGen would wait for ever for one that is not.

    In a process of its own: LoadGen puts the one it is in before all others, for good.
    """
    pytest.importorskip("mlperf_loadgen")
    from mimo_runtime.body.shipped import load_body

    skeleton = load_body().skeleton
    write_poses(tmp_path / "walk.npz", walk(skeleton, 11, RATE), skeleton)
    asked = {
        "server": server.address, "character": CHARACTER, "scene": scene_picture(tmp_path),
        "motion": tmp_path / "walk.npz", "size": "96x96", "fps": 1, "steps": 1, "guidance": 1.0,
        "streams": 2, "seconds": 2, "latency-bound-ms": 60_000, "output": tmp_path / "logs",
    }  # fmt: skip
    options = [word for name, value in asked.items() for word in (f"--{name}", str(value))]
    subprocess.run([sys.executable, "-m", "benchmarks.loadgen", *options], check=True, timeout=300)
    (found,) = json.loads((tmp_path / "logs" / "loadgen.json").read_text())
    assert found["streams"] == 2
    assert found["p99_ms"] > 0
    assert found["result"] in ("VALID", "INVALID")

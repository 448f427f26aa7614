"""What operators see of a server: a line for each call, and metrics."""

import json
import re
import urllib.request
from pathlib import Path

import grpc
import pytest

from mimo.v1 import synthesis_pb2 as pb
from mimo.v1 import synthesis_pb2_grpc
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.runner.threads import ThreadRunner
from tests.runtime.serving.calls import Inputs, call, chunks, config
from tests.runtime.serving.conftest import OpenServer
from tests.runtime.serving.processes import free_address

PAGE = Path(__file__).parents[3] / "docs" / "serving.md"
GRAFANA = PAGE.with_name("grafana.json")


def test_calls_are_logged_and_counted(
    open_server: OpenServer, inputs: Inputs, tmp_path: Path, runner: ThreadRunner
) -> None:
    log, address = tmp_path / "access.jsonl", free_address()
    with (
        open_server(access_log=log, metrics_listen=address) as server,
        grpc.insecure_channel(server.address) as channel,
    ):
        stub = synthesis_pb2_grpc.SynthesisServiceStub(channel)
        _, info = stub.GetServerInfo.with_call(
            pb.GetServerInfoRequest(), metadata=[("x-request-id", "mine-1")]
        )
        assert ("x-request-id", "mine-1") in list(info.initial_metadata())
        served = call(channel, [config(), *chunks(inputs)])
        assert served.code is grpc.StatusCode.OK, served.sentence
        call(channel, [config(steps=0)])
        told = urllib.request.urlopen(f"http://{address}/metrics").read().decode()
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(line["method"], line["status"], line["reason"]) for line in lines] == [
        ("GetServerInfo", "OK", ""),
        ("Synthesize", "OK", ""),
        ("Synthesize", "INVALID_ARGUMENT", "INVALID_REQUEST"),
    ]
    assert lines[0]["request_id"] == "mine-1"
    assert len({line["request_id"] for line in lines}) == 3
    assert (lines[1]["frames"], lines[1]["host"]) == (8, "127.0.0.1")
    assert lines[1]["first_frame_s"] > 0
    for row in (
        'mimo_calls_total{method="Synthesize",status="OK"} 1.0',
        'mimo_rejections_total{reason="INVALID_REQUEST"} 1.0',
        'mimo_frames_total{outcome="ok"} 8.0',
        "mimo_time_to_first_frame_seconds_count 1.0",
        "mimo_queue_depth 0.0",
        'mimo_streams{state="open"} 0.0',
        runner.bundle.digest,
    ):
        assert row in told
    documented = set(re.findall(r"^\| `(mimo_\w+)` \|", PAGE.read_text(), re.M))
    found = set(re.findall(r"^# TYPE (mimo_\w+) (?:counter|gauge|histogram)", told, re.M))
    assert documented == {name for name in found if not name.endswith("_created")}
    drawn = set(re.findall(r"mimo_[a-z_]+", GRAFANA.read_text()))
    assert {name.removesuffix("_bucket") for name in drawn} == documented


def test_what_cannot_be_opened_is_told(open_server: OpenServer, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match="name another file"):
        open_server(access_log=tmp_path / "none" / "log").__enter__()
    with pytest.raises(InvalidRequestError, match="choose another address"):
        open_server(metrics_listen="192.0.2.1:9").__enter__()


def test_the_dashboard_can_be_imported_anywhere() -> None:
    dashboard = json.loads(GRAFANA.read_text())
    assert (dashboard["id"], dashboard["uid"]) == (None, "mimo-runtime")
    sources = {panel["datasource"]["uid"] for panel in dashboard["panels"]}
    assert sources == {"${DS_PROMETHEUS}"}
    assert {each["name"] for each in dashboard["templating"]["list"]} == {
        "DS_PROMETHEUS",
        "instance",
    }
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"]) == 9

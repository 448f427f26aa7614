"""Clients that others wrote make a video of a picture and a plain driving video."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from tests.foreign import ROOT, node, program, said


def test_node_does_the_whole_job(
    keeper: str, small_character: Path, walking: Path, tmp_path: Path
) -> None:
    script, output = ROOT / "tests/node/job.mjs", tmp_path / "out.mp4"
    lines = node(script, ROOT / "proto", keeper, small_character, walking, output).splitlines()
    told = [json.loads(line) for line in lines]
    stages = {line["stage"] for line in told if "stage" in line}
    assert {"people", "body"} <= stages, told  # short ones may fall between two messages
    assert told[0] == {"again": True}
    assert told[-2:] == [{"state": "JOB_STATE_SUCCEEDED"}, {"whole": True, "frames": 8}]


def test_grpcurl_does_the_whole_job_by_reflection(
    keeper: str, small_character: Path, walking: Path
) -> None:
    def ask(method: str, *requests: Any) -> list[Any]:
        lines = "\n".join(map(json.dumps, requests))
        command = program("grpcurl"), "-plaintext", "-d", "@", keeper, f"mimo.v1.{method}"
        return list(_objects(said(*command, given=lines)))

    def upload(path: Path) -> str:
        data = path.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        header = {"sha256": sha256, "size_bytes": len(data), "name": path.name}
        chunk = {"data": base64.b64encode(data).decode()}
        (answer,) = ask("AssetService/UploadAsset", {"header": header}, {"chunk": chunk})
        assert answer["asset"]["complete"]
        return sha256

    inputs = [
        {"input": "INPUT_CHARACTER", "sha256": upload(small_character)},
        {"input": "INPUT_DRIVING", "sha256": upload(walking)},
    ]
    asked = {"request_id": "grpcurl", "config": {"steps": 1, "assets": inputs}}
    job_id = ask("JobService/CreateJob", asked)[0]["job"]["id"]
    job = ask("JobService/WatchJob", {"id": job_id})[-1]["job"]
    assert (job["state"], job["output"]["frame_count"]) == ("JOB_STATE_SUCCEEDED", 8), job
    pieces = ask("JobService/DownloadResult", {"id": job_id})
    data = b"".join(base64.b64decode(each["data"]) for each in pieces)
    assert hashlib.sha256(data).hexdigest() == job["result"]["sha256"]


def _objects(text: str) -> Any:
    """All JSON values of a text, one behind the other."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(text.rstrip()):
        value, end = decoder.raw_decode(text[at:].lstrip())
        at = len(text) - len(text[at:].lstrip()) + end
        yield value

"""What a server makes says where it comes from, and so does its audit log."""

import hashlib
import json
from pathlib import Path

import grpc
import pytest

import mimo_runtime
from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.client.connection import Connection
from mimo_runtime.client.download import download_result
from mimo_runtime.client.inputs import Inputs as ClientInputs
from mimo_runtime.client.jobs import JobRequest, create_job, watch_job
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.farm.record import read_recipe
from mimo_runtime.provenance.audit_log import check_audit_log
from mimo_runtime.provenance.marking import payload_of
from mimo_runtime.provenance.options import ProvenanceOptions
from mimo_runtime.provenance.verification import Trust, mark_of, signature_of
from mimo_runtime.sample import YARD
from mimo_runtime.wire.settings import Settings
from tests.runtime.serving.calls import Inputs, call, chunks, config, shorten
from tests.runtime.serving.conftest import OpenServer

pytest.importorskip("c2pa")


def test_a_job_is_signed_marked_and_written_down(
    open_server: OpenServer, small_character: Path, tmp_path: Path
) -> None:
    template = shorten(YARD, tmp_path)
    key, log = tmp_path / "key", tmp_path / "audit.jsonl"
    key.write_text("a secret that nobody knows")
    options = ProvenanceOptions(mark_key=key)
    with (
        open_server(state=tmp_path / "state", audit_log=log, provenance=options) as server,
        Connection(server.address) as connection,
    ):
        asked = JobRequest(ClientInputs(small_character, template), Settings(steps=1))
        job = create_job(connection, asked)
        *_, last = watch_job(connection, job.id)
        output = tmp_path / "out.mp4"
        download_result(connection, job.id, output, lambda _done, _total: None)
    found, recipe = signature_of(output), read_recipe(output)
    assert (found.trust, found.problems) == (Trust.WHOLE, ())
    assert found.recipe is not None
    assert found.recipe.digest == recipe.digest
    assert recipe.inputs["character"] == hashlib.sha256(small_character.read_bytes()).hexdigest()
    assert recipe.settings["program"] == mimo_runtime.__version__
    assert mark_of(output, b"a secret that nobody knows").payload == payload_of(recipe)
    began, made = (json.loads(line) for line in log.read_text().splitlines())
    assert (began["event"], began["signed"], began["marked"]) == ("server.began", True, True)
    assert (made["event"], made["job"], made["frames"]) == ("job.made", job.id, 8)
    assert made["output_sha256"] == last.result.sha256
    assert made["output_sha256"] == hashlib.sha256(output.read_bytes()).hexdigest()
    assert made["recipe_sha256"] == recipe.digest
    assert check_audit_log(log)[0] == 2


def test_a_stream_has_a_note_and_its_pictures_signatures(
    open_server: OpenServer, inputs: Inputs, tmp_path: Path
) -> None:
    log = tmp_path / "audit.jsonl"
    with open_server(audit_log=log) as server, grpc.insecure_channel(server.address) as channel:
        video = call(channel, [config(), *chunks(inputs)])
        pictures = call(channel, [config(output_kind=pb.OUTPUT_KIND_LOSSLESS), *chunks(inputs)])
    (tmp_path / "a.mp4").write_bytes(b"".join(each.data for each in video.payloads("frames")))
    (tmp_path / "a.png").write_bytes(pictures.payloads("frames")[0].data)
    assert read_recipe(tmp_path / "a.mp4").settings["steps"] == 1
    assert signature_of(tmp_path / "a.mp4").trust is Trust.NONE
    (tmp_path / "a.c2pa").write_bytes(video.payloads("summary")[0].manifest)
    assert signature_of(tmp_path / "a.mp4").trust is Trust.WHOLE
    assert not pictures.payloads("summary")[0].manifest
    assert signature_of(tmp_path / "a.png").trust is Trust.WHOLE
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["event"] for line in lines] == ["server.began", "stream.made", "stream.made"]
    data = (tmp_path / "a.mp4").read_bytes()
    assert lines[1]["output_sha256"] == hashlib.sha256(data).hexdigest()
    middle = len(data) // 2
    changed = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
    (tmp_path / "a.mp4").write_bytes(changed)
    assert signature_of(tmp_path / "a.mp4").trust is Trust.CHANGED


def test_switched_off_in_so_many_words(
    open_server: OpenServer, inputs: Inputs, tmp_path: Path
) -> None:
    log = tmp_path / "audit.jsonl"
    options = ProvenanceOptions(unsigned=True)
    with (
        open_server(audit_log=log, provenance=options) as server,
        grpc.insecure_channel(server.address) as channel,
    ):
        pictures = call(channel, [config(output_kind=pb.OUTPUT_KIND_LOSSLESS), *chunks(inputs)])
    (tmp_path / "a.png").write_bytes(pictures.payloads("frames")[0].data)
    assert signature_of(tmp_path / "a.png").trust is Trust.NONE
    assert json.loads(log.read_text().splitlines()[0])["signed"] is False


def test_a_log_that_cannot_be_written(open_server: OpenServer, tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("mine\n")
    with pytest.raises(InvalidRequestError, match="none of an audit log"):
        open_server(audit_log=tmp_path / "notes").__enter__()

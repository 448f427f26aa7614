"""Preparation as a job: what it makes lies on the server, and later jobs and streams name it."""

import hashlib
import json
from pathlib import Path

import av
import grpc
import pytest

from mimo.v1 import jobs_pb2
from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.client.assets import get_asset, list_assets
from mimo_runtime.client.connection import Connection
from mimo_runtime.client.download import download_result
from mimo_runtime.client.inputs import Inputs
from mimo_runtime.client.jobs import (
    JobRequest,
    create_job,
    prepared_assets,
    purge_job,
    watch_job,
)
from mimo_runtime.errors import InvalidRequestError, ProtocolError
from mimo_runtime.media.picture import decode_png
from mimo_runtime.provenance.audit_log import check_audit_log
from mimo_runtime.sample import CHARACTER, YARD
from mimo_runtime.wire.kinds import JobTask, OutputKind
from mimo_runtime.wire.settings import Settings
from tests.runtime.serving.calls import call, config, pixels
from tests.runtime.serving.conftest import OpenServer
from tests.runtime.serving.test_jobs import ended, frames

STEP = Settings(steps=1)


def prepare(connection: Connection, inputs: Inputs, task: JobTask) -> jobs_pb2.Job:
    job = ended(connection, create_job(connection, JobRequest(inputs, STEP, task=task)).id)
    assert job.state == jobs_pb2.JOB_STATE_SUCCEEDED, job.error
    return job


def test_a_driving_video_is_taken_apart_once(
    connection: Connection, keeper: str, walking: Path, tmp_path: Path
) -> None:
    whole = JobRequest(Inputs(CHARACTER, driving=walking), STEP, OutputKind.LOSSLESS)
    asked = create_job(connection, JobRequest(Inputs(driving=walking), STEP, task=JobTask.TEMPLATE))
    seen = list(watch_job(connection, asked.id))
    assert {"people", "body"} <= {each.progress.stage for each in seen}
    percents = [each.percent for each in seen]
    assert percents == sorted(percents)
    assert (percents[0], percents[-1]) == (0, 100)
    assert any(0 < percent < 100 for percent in percents)
    job = seen[-1]
    assert (job.state, job.task) == (jobs_pb2.JOB_STATE_SUCCEEDED, jobs_pb2.JOB_TASK_TEMPLATE)
    assert {pb.INPUT_SOURCE, pb.INPUT_MOTION, pb.INPUT_SCENE, pb.INPUT_POSES} <= {
        each.input for each in job.result.assets
    }
    assert all(get_asset(connection, each.sha256).complete for each in job.result.assets)
    preview = tmp_path / "layers.mp4"
    download_result(connection, job.id, preview)
    with av.open(str(preview)) as video:
        assert len(list(video.decode(video=0))) == 8
    named = JobRequest(Inputs(CHARACTER), STEP, OutputKind.LOSSLESS, prepared=(job.id,))
    made = frames(connection, _succeeded(connection, named), tmp_path / "named")
    assert made == frames(connection, _succeeded(connection, whole), tmp_path / "whole")
    assets = list(prepared_assets(connection, job.id))
    picture = pb.InputChunk(input=pb.INPUT_CHARACTER, data=CHARACTER.read_bytes(), last=True)
    with grpc.insecure_channel(keeper) as channel:
        streamed = call(
            channel,
            [
                config(output_kind=pb.OUTPUT_KIND_LOSSLESS, assets=assets),
                pb.SynthesizeRequest(chunk=picture),
            ],
        )
    assert pixels(streamed) == made


def test_what_is_prepared_is_in_the_audit_log(
    open_server: OpenServer, small_character: Path, tmp_path: Path
) -> None:
    log = tmp_path / "audit.jsonl"
    with (
        open_server(state=tmp_path / "state", audit_log=log) as server,
        Connection(server.address) as connection,
    ):
        job = prepare(connection, Inputs(small_character), JobTask.CHARACTER)
    _, line = (json.loads(line) for line in log.read_text().splitlines())
    assert (line["event"], line["job"]) == ("job.prepared", job.id)
    assert line["inputs"] == {"character": hashlib.sha256(small_character.read_bytes()).hexdigest()}
    assert sorted(line["assets"].values()) == sorted(each.sha256 for each in job.result.assets)
    assert line["output_sha256"] == job.result.sha256
    assert check_audit_log(log)[0] == 2


def test_a_character_is_prepared_once(connection: Connection, tmp_path: Path) -> None:
    job = prepare(connection, Inputs(CHARACTER), JobTask.CHARACTER)
    assert [each.input for each in job.result.assets] == [
        pb.INPUT_CHARACTER, pb.INPUT_CHARACTER_TEXTURE, pb.INPUT_CHARACTER_FIT,
        pb.INPUT_CHARACTER_RECORD,
    ]  # fmt: skip
    assert any("beyond the body" in warning for warning in job.result.warnings)
    with pytest.raises(InvalidRequestError, match=r"NAME\.png"):
        download_result(connection, job.id, tmp_path / "preview.mp4")
    download_result(connection, job.id, tmp_path / "preview.png")
    assert decode_png((tmp_path / "preview.png").read_bytes()).ndim == 3
    _succeeded(connection, JobRequest(Inputs(template=YARD), STEP, prepared=(job.id,)))
    driving = pb.AssetInput(input=pb.INPUT_DRIVING, sha256="0" * 64)
    partly = pb.StreamConfig(assets=[*job.result.assets[:3], driving])
    with pytest.raises(InvalidRequestError, match=r"prepared character character\.json did not"):
        connection.ask(
            connection.jobs.CreateJob,
            jobs_pb2.CreateJobRequest(request_id="part", config=partly),
        )


def test_what_cannot_be_prepared_says_why(connection: Connection, walking: Path) -> None:
    for inputs, task in (
        (Inputs(CHARACTER, driving=walking), JobTask.TEMPLATE),
        (Inputs(CHARACTER, driving=walking), JobTask.CHARACTER),
        (Inputs(), JobTask.CHARACTER),
    ):
        with pytest.raises(InvalidRequestError, match="alone"):
            create_job(connection, JobRequest(inputs, STEP, task=task))
    video = create_job(connection, JobRequest(Inputs(CHARACTER, YARD), STEP))
    with pytest.raises(ProtocolError, match="has prepared no template"):
        create_job(connection, JobRequest(Inputs(CHARACTER), STEP, prepared=(video.id,)))
    asked = jobs_pb2.CreateJobRequest(request_id="x", task=9)  # type: ignore[arg-type]
    with pytest.raises(InvalidRequestError, match="task is 9"):
        connection.ask(connection.jobs.CreateJob, asked)


def test_purged_with_its_assets_nothing_is_left(connection: Connection) -> None:
    job = prepare(connection, Inputs(CHARACTER), JobTask.CHARACTER)
    purge_job(connection, job.id, assets=True)
    left = {each.sha256 for each in list_assets(connection).assets}
    assert not left & {each.sha256 for each in job.result.assets}


def _succeeded(connection: Connection, request: JobRequest) -> str:
    job = ended(connection, create_job(connection, request).id)
    assert job.state == jobs_pb2.JOB_STATE_SUCCEEDED, job.error
    return job.id

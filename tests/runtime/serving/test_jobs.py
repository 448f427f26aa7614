"""Jobs over the wire: the work of a stream, without its client, and what becomes of it."""

import hashlib
import http.client
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import av
import grpc
import pytest

from mimo.v1 import assets_pb2, jobs_pb2
from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.client.assets import delete_asset, list_assets, put_asset
from mimo_runtime.client.connection import Connection
from mimo_runtime.client.download import download_result
from mimo_runtime.client.inputs import Inputs as Files
from mimo_runtime.client.jobs import (
    JobRequest,
    cancel_job,
    create_job,
    get_job,
    list_jobs,
    purge_job,
    watch_job,
)
from mimo_runtime.client.operations import drain
from mimo_runtime.errors import (
    DamagedUploadError,
    InvalidRequestError,
    LimitExceededError,
    NotFoundError,
    ProtocolError,
    ServerUnreachableError,
    UnsupportedError,
)
from mimo_runtime.media.picture import decode_png
from mimo_runtime.serving.local import LocalServer
from mimo_runtime.sessions.inputs import InputLimits
from mimo_runtime.wire.kinds import OutputKind
from mimo_runtime.wire.settings import Settings
from tests.runtime.serving.calls import Inputs, call, chunks, config, pixels
from tests.runtime.serving.conftest import OpenServer

ONE_STEP = Settings(steps=1)
ENDLESS = Settings(steps=1000)


@pytest.fixture(scope="session")
def files(template: Path, small_character: Path) -> Files:
    return Files(small_character, template)


def ended(connection: Connection, job_id: str) -> jobs_pb2.Job:
    """A job when it has ended."""
    *_, last = watch_job(connection, job_id)
    return last


def until(connection: Connection, job_id: str, state: Any) -> jobs_pb2.Job:
    """A job as soon as it is in a state."""
    return next(job for job in watch_job(connection, job_id) if job.state == state)


def frames(connection: Connection, job_id: str, folder: Path) -> list[bytes]:
    download_result(connection, job_id, folder)
    return [decode_png(path.read_bytes()).tobytes() for path in sorted(folder.iterdir())]


def test_a_job_makes_what_a_stream_makes(
    connection: Connection, files: Files, inputs: Inputs, keeper: str, tmp_path: Path
) -> None:
    request = JobRequest(files, ONE_STEP, OutputKind.LOSSLESS, request_id="same")
    job = create_job(connection, request)
    assert create_job(connection, request).id == job.id
    seen = list(watch_job(connection, job.id))
    assert [each.sequence for each in seen] == sorted({each.sequence for each in seen})
    done = seen[-1]
    assert (done.state, done.attempts) == (jobs_pb2.JOB_STATE_SUCCEEDED, 1), done.error
    assert (done.output.frame_count, done.result.media_type) == (8, "application/zip")
    assert 0 < done.created_s <= done.started_s <= done.ended_s < done.expires_s
    with grpc.insecure_channel(keeper) as channel:
        streamed = call(channel, [config(output_kind=pb.OUTPUT_KIND_LOSSLESS), *chunks(inputs)])
    assert frames(connection, job.id, tmp_path / "frames") == pixels(streamed)
    assert job.id in [each.id for each in list_jobs(connection)]


def test_a_video_is_one_plain_file_which_can_be_had_from_anywhere(
    connection: Connection, files: Files, tmp_path: Path
) -> None:
    job = ended(connection, create_job(connection, JobRequest(files, ONE_STEP)).id)
    pieces = list(
        connection.stream(
            connection.jobs.DownloadResult, jobs_pb2.DownloadResultRequest(id=job.id, offset=100)
        )
    )
    part = tmp_path / f".out.mp4.{job.id}.part"
    output = tmp_path / "out.mp4"
    download_result(connection, job.id, output)
    data = output.read_bytes()
    assert b"".join(piece.data for piece in pieces) == data[100:]
    part.write_bytes(data[:1000])  # as a fetch leaves it that broke off
    download_result(connection, job.id, output)
    assert (output.read_bytes(), part.exists()) == (data, False)
    part.write_bytes(b"x" * len(data))
    with pytest.raises(DamagedUploadError):
        download_result(connection, job.id, output)
    assert hashlib.sha256(data).hexdigest() == job.result.sha256
    assert len(data) == job.result.size_bytes
    with av.open(io.BytesIO(data)) as video:
        assert len(list(video.decode(video=0))) == job.output.frame_count
    with pytest.raises(InvalidRequestError, match=r"give NAME\.mp4"):
        download_result(connection, job.id, tmp_path / "folder")
    with pytest.raises(InvalidRequestError, match="beyond the end"):
        list(
            connection.stream(
                connection.jobs.DownloadResult,
                jobs_pb2.DownloadResultRequest(id=job.id, offset=len(data) + 1),
            )
        )


def test_one_that_runs_can_be_cancelled_and_one_that_waits(
    connection: Connection, files: Files
) -> None:
    running = create_job(connection, JobRequest(files, ENDLESS))
    until(connection, running.id, jobs_pb2.JOB_STATE_RUNNING)
    waiting = create_job(connection, JobRequest(files, ONE_STEP))
    behind = create_job(connection, JobRequest(files, ONE_STEP))
    urgent = create_job(connection, JobRequest(files, ONE_STEP, priority=7))
    places = [get_job(connection, each.id).queue_position for each in (urgent, waiting, behind)]
    assert places == [0, 1, 2]
    with pytest.raises(ProtocolError, match="has no result"):
        list(
            connection.stream(
                connection.jobs.DownloadResult, jobs_pb2.DownloadResultRequest(id=waiting.id)
            )
        )
    assert cancel_job(connection, waiting.id).state == jobs_pb2.JOB_STATE_CANCELLED
    assert cancel_job(connection, running.id).state == jobs_pb2.JOB_STATE_CANCELLED
    assert ended(connection, running.id).state == jobs_pb2.JOB_STATE_CANCELLED
    assert ended(connection, urgent.id).state == jobs_pb2.JOB_STATE_SUCCEEDED
    assert ended(connection, behind.id).state == jobs_pb2.JOB_STATE_SUCCEEDED
    assert ended(connection, waiting.id).state == jobs_pb2.JOB_STATE_CANCELLED


def test_one_that_cannot_be_done_says_why_and_the_next_one_is(
    connection: Connection, files: Files, tmp_path: Path
) -> None:
    torn = tmp_path / "torn.mp4"
    torn.write_bytes(b"no video at all")
    bad = create_job(connection, JobRequest(Files(files.character, driving=torn), ONE_STEP))
    good = create_job(connection, JobRequest(files, ONE_STEP))
    told = ended(connection, bad.id)
    assert (told.state, told.error.reason) == (jobs_pb2.JOB_STATE_FAILED, "MEDIA")
    assert "driving" in told.error.sentence
    assert ended(connection, good.id).state == jobs_pb2.JOB_STATE_SUCCEEDED


def test_a_purged_job_is_gone(connection: Connection, files: Files, tmp_path: Path) -> None:
    running = create_job(connection, JobRequest(files, ENDLESS))
    until(connection, running.id, jobs_pb2.JOB_STATE_RUNNING)
    purge_job(connection, running.id, assets=False)
    for act in (get_job, cancel_job):
        with pytest.raises(NotFoundError):
            act(connection, running.id)
    with pytest.raises(NotFoundError):
        list(watch_job(connection, running.id))
    names = {asset.name for asset in list_assets(connection).assets}
    assert files.character.name in names
    again = create_job(connection, JobRequest(files, ENDLESS))
    purge_job(connection, again.id, assets=True)
    names = {asset.name for asset in list_assets(connection).assets}
    assert files.character.name not in names


def test_a_stream_names_assets_instead_of_sending_them(
    connection: Connection, inputs: Inputs, keeper: str
) -> None:
    lossless = {"output_kind": pb.OUTPUT_KIND_LOSSLESS}
    named = [
        pb.AssetInput(input=number, sha256=put_asset(connection, data, "").sha256)  # type: ignore[arg-type]
        for number, data in inputs.items()
    ]
    rest = {number: data for number, data in inputs.items() if number == pb.INPUT_CHARACTER}
    without = [each for each in named if each.input != pb.INPUT_CHARACTER]
    with grpc.insecure_channel(keeper) as channel:
        sent = call(channel, [config(**lossless), *chunks(inputs)])
        all_named = call(channel, [config(**lossless, assets=named)])
        some_named = call(channel, [config(**lossless, assets=without), *chunks(rest)])
        twice = call(channel, [config(assets=named), *chunks(rest)])
        unknown = call(channel, [config(assets=[pb.AssetInput(input=1, sha256="0" * 64)])])
    assert pixels(sent) == pixels(all_named) == pixels(some_named)
    assert (twice.reason, unknown.reason) == ("PROTOCOL", "NOT_FOUND")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"steps": 0}, "steps is 0"),
        ({"width_px": 7}, "was asked for"),
        ({"inputs": [pb.INPUT_DRIVING]}, "name them in assets"),
        ({"assets": []}, "No picture of the character"),
    ],
)
def test_what_cannot_be_asked_is_told_at_once(
    connection: Connection, fields: dict[str, Any], reason: str
) -> None:
    asked = jobs_pb2.CreateJobRequest(request_id="bad", config=pb.StreamConfig(**fields))
    with pytest.raises(InvalidRequestError, match=reason):
        connection.ask(connection.jobs.CreateJob, asked)


@pytest.mark.parametrize("token", ["x", "9" * 30, "\u00b2", "-1"])
def test_pages_that_there_are_not(connection: Connection, token: str) -> None:
    with pytest.raises(InvalidRequestError, match="page_token"):
        connection.ask(connection.jobs.ListJobs, jobs_pb2.ListJobsRequest(page_token=token))


def test_uploads_that_go_wrong_are_told_of(connection: Connection, keeper: str) -> None:
    header = assets_pb2.UploadAssetRequest(
        header=assets_pb2.UploadHeader(sha256=hashlib.sha256(b"abc").hexdigest(), size_bytes=3)
    )

    def send(*chunks: assets_pb2.UploadChunk) -> Any:
        requests = (assets_pb2.UploadAssetRequest(chunk=each) for each in chunks)
        return connection.send(connection.assets.UploadAsset, iter([header, *requests]))

    with pytest.raises(DamagedUploadError, match="CRC-32C"):
        send(assets_pb2.UploadChunk(data=b"abc", crc32c=1))
    with pytest.raises(ProtocolError, match="go on there"):
        send(assets_pb2.UploadChunk(offset=1, data=b"bc"))
    with pytest.raises(DamagedUploadError, match="ended after 2 of 3"):
        send(assets_pb2.UploadChunk(data=b"ab"))
    assert send(assets_pb2.UploadChunk(offset=2, data=b"c")).asset.complete
    delete_asset(connection, header.header.sha256)
    with pytest.raises(ProtocolError, match="first message"):
        connection.send(connection.assets.UploadAsset, iter([]))


def test_a_picture_that_is_too_large_is_refused_before_the_job_waits(
    open_server: OpenServer, files: Files, tmp_path: Path
) -> None:
    limits = InputLimits(max_picture_bytes=100)
    with (
        open_server(state=tmp_path, limits=limits) as server,
        Connection(server.address) as connection,
        pytest.raises(LimitExceededError, match="more than the 100"),
    ):
        create_job(connection, JobRequest(files, ONE_STEP))


def test_a_server_without_a_state_folder_says_so(server: LocalServer, inputs: Inputs) -> None:
    with (
        Connection(server.address) as connection,
        pytest.raises(UnsupportedError, match="start it with a state folder"),
    ):
        list_assets(connection)
    asked = pb.AssetInput(input=pb.INPUT_CHARACTER, sha256="0" * 64)
    with grpc.insecure_channel(server.address) as channel:
        assert call(channel, [config(assets=[asked])]).reason == "UNSUPPORTED"


def test_jobs_and_streams_take_turns(
    open_server: OpenServer, files: Files, inputs: Inputs, tmp_path: Path
) -> None:
    """A long queue of jobs keeps no stream out, and a server that ends keeps the queue."""
    with (
        open_server(state=tmp_path, max_sessions=1, max_waiting=1, drain_s=0.1) as server,
        Connection(server.address) as connection,
        grpc.insecure_channel(server.address) as channel,
    ):
        ids = [create_job(connection, JobRequest(files, ONE_STEP)).id for _ in range(4)]
        served = call(channel, [config(), *chunks(inputs)])
        assert served.code is grpc.StatusCode.OK, served.sentence
        assert ended(connection, ids[0]).state == jobs_pb2.JOB_STATE_SUCCEEDED
        endless = create_job(connection, JobRequest(files, ENDLESS, priority=1)).id
        until(connection, endless, jobs_pb2.JOB_STATE_RUNNING)
    with open_server(state=tmp_path) as server, Connection(server.address) as connection:
        begun = until(connection, endless, jobs_pb2.JOB_STATE_RUNNING)
        assert begun.attempts == 1  # the attempt that was stopped does not count
        cancel_job(connection, endless)
        assert {ended(connection, each).state for each in ids} == {jobs_pb2.JOB_STATE_SUCCEEDED}


def test_the_names_in_a_zip_decide_nothing(connection: Connection, files: Files) -> None:
    asked = JobRequest(files, ONE_STEP, OutputKind.LOSSLESS)
    job = ended(connection, create_job(connection, asked).id)
    pieces = connection.stream(
        connection.jobs.DownloadResult, jobs_pb2.DownloadResultRequest(id=job.id)
    )
    with zipfile.ZipFile(io.BytesIO(b"".join(piece.data for piece in pieces))) as file:
        assert file.namelist() == [f"frame_{index:06d}.png" for index in range(8)]
        assert {entry.compress_type for entry in file.infolist()} == {zipfile.ZIP_STORED}


def test_a_server_that_ends_sends_who_asks_elsewhere_and_finishes_what_it_can(
    open_server: OpenServer, files: Files, tmp_path: Path
) -> None:
    with (
        open_server(state=tmp_path, http_listen="127.0.0.1:0", drain_s=240) as server,
        Connection(server.address) as connection,
    ):
        job = create_job(connection, JobRequest(files, ENDLESS))
        until(connection, job.id, jobs_pb2.JOB_STATE_RUNNING)
        assert drain(connection).drain_s == 240
        health = http.client.HTTPConnection(server.http_address)
        health.request("GET", "/health")
        while (answer := health.getresponse()).status == 200:
            answer.read()
            health.request("GET", "/health")
        assert json.loads(answer.read()) == {"status": "ending"}
        named = [pb.AssetInput(input=pb.INPUT_CHARACTER, sha256="0" * 64)]
        asked = jobs_pb2.CreateJobRequest(
            request_id="late",
            config=pb.StreamConfig(
                assets=[*named, pb.AssetInput(input=pb.INPUT_DRIVING, sha256="0" * 64)]
            ),
        )
        with pytest.raises(ServerUnreachableError, match="shutting down"):
            connection.ask(connection.jobs.CreateJob, asked)
        health.request("POST", f"/v1/videos/{job.id}/cancel")  # after which nothing runs
        assert json.loads(health.getresponse().read())["status"] == "cancelled"
        health.close()

"""A server that is killed loses no asset and no job that it has told to be there."""

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from mimo.v1 import assets_pb2, jobs_pb2
from mimo_runtime.client.assets import get_asset, put_asset
from mimo_runtime.client.connection import Connection
from mimo_runtime.client.download import download_result
from mimo_runtime.client.inputs import Inputs
from mimo_runtime.client.jobs import JobRequest, create_job, list_jobs, watch_job
from mimo_runtime.sample import CHARACTER, YARD
from mimo_runtime.wire.settings import Mode, Settings
from tests.runtime.serving.processes import free_address, serving


def send_half(connection: Connection, data: bytes) -> None:
    """An upload that stops in the middle and stays open until its server is gone."""
    header = assets_pb2.UploadHeader(sha256=hashlib.sha256(data).hexdigest(), size_bytes=len(data))
    half = assets_pb2.UploadChunk(data=data[: len(data) // 2])

    def requests() -> Iterator[assets_pb2.UploadAssetRequest]:
        yield assets_pb2.UploadAssetRequest(header=header)
        yield assets_pb2.UploadAssetRequest(chunk=half)

    with pytest.raises(Exception, match="ended after"):
        connection.send(connection.assets.UploadAsset, requests())


def check_assets(connection: Connection, whole: str, half: bytes) -> None:
    """What was told to be there is, and what was sent in part goes on."""
    assert get_asset(connection, whole).complete
    digest = hashlib.sha256(half).hexdigest()
    assert get_asset(connection, digest).committed_bytes == len(half) // 2
    assert put_asset(connection, half, "").complete


def test_jobs_and_assets_survive(
    small_bundle: Path, template: Path, small_character: Path, tmp_path: Path
) -> None:
    state, address = tmp_path / "state", free_address()
    arguments = ("--bundle", small_bundle, "--listen", address, "--state", state, "--threads", 1)
    inputs = Inputs(small_character, template)
    film = bytes(range(251)) * 2000
    with Connection(address) as connection:
        with serving(*arguments) as server:
            requests = [JobRequest(inputs, Settings(steps=steps)) for steps in (120, 1, 1)]
            jobs = [create_job(connection, each) for each in requests]
            kept = put_asset(connection, film, "film.mp4")
            send_half(connection, film[::-1])
            watched = watch_job(connection, jobs[0].id)
            running = next(each for each in watched if each.progress.stage == "denoise")
            family = psutil.Process(server.pid).children(recursive=True)
            server.kill()
            server.wait()
        with serving(*arguments):
            again = list(watched)  # the same watch goes on
            assert again[0].sequence > running.sequence
            assert (again[-1].state, again[-1].attempts) == (jobs_pb2.JOB_STATE_SUCCEEDED, 2)
            assert [each.id for each in list_jobs(connection)] == [each.id for each in jobs[::-1]]
            check_assets(connection, kept.sha256, film[::-1])
            for job in jobs:
                *_, ended = watch_job(connection, job.id)
                assert ended.state == jobs_pb2.JOB_STATE_SUCCEEDED, ended.error
                download_result(connection, job.id, tmp_path / "out.mp4")
            results = {path.name for path in (state / "results").iterdir()}
            assert results == {f"{job.id}.mp4" for job in jobs}
            left = [path.name for path in (state / "work").rglob("*") if path.is_file()]
            assert left == ["lock"]
    give_up_at_s = time.monotonic() + 60
    while any(each.is_running() for each in family) and time.monotonic() < give_up_at_s:
        time.sleep(0.02)
    assert not [each for each in family if each.is_running()]


def test_a_job_goes_on_from_its_last_finished_frame(small_bundle: Path, tmp_path: Path) -> None:
    """The result is to the byte what it is without a kill."""
    state, address = tmp_path / "state", free_address()
    arguments = ("--bundle", small_bundle, "--listen", address, "--state", state, "--threads", 1)
    request = JobRequest(
        Inputs(CHARACTER, YARD), Settings(steps=2, guidance=1, mode=Mode.CORRECTED)
    )
    with Connection(address) as connection:
        with serving(*arguments, "--unsigned") as server:
            job = create_job(connection, request)
            kept = state / "kept" / job.id / "frames"
            while not (kept / "000008.png").is_file():
                assert server.poll() is None
                time.sleep(0.01)
            server.kill()
            server.wait()
        count = len(list(kept.glob("*.png")))
        with serving(*arguments, "--unsigned"):
            seen = list(watch_job(connection, job.id))
            assert (seen[-1].state, seen[-1].attempts) == (jobs_pb2.JOB_STATE_SUCCEEDED, 2)
            totals = {each.progress.total for each in seen if each.progress.stage == "frames"}
            assert totals <= {36 - count}
            assert not kept.parent.exists()
            *_, whole = watch_job(connection, create_job(connection, request).id)
            assert seen[-1].result.sha256 == whole.result.sha256

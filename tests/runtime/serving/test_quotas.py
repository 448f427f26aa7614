"""Each quota over the wire: who has taken too much is told so in a sentence, others are served."""

import contextlib
import hashlib
from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from mimo.v1 import assets_pb2, assets_pb2_grpc, jobs_pb2, jobs_pb2_grpc, synthesis_pb2_grpc
from mimo.v1 import synthesis_pb2 as pb
from tests.runtime.serving.calls import Inputs, Outcome, chunks, config, outcome
from tests.runtime.serving.conftest import OpenServer
from tests.runtime.serving.test_tokens import digest

QUOTAS = """
[one-stream]
streams = 1
[few-pixels]
pixels_per_s = 1
[little-time]
device_s_per_day = 0.001
[small-shelf]
stored_bytes = 1000
"""
NAMES = ("one-stream", "few-pixels", "little-time", "small-shelf", "anybody")


@pytest.fixture(scope="module")
def channel(
    open_server: OpenServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[grpc.Channel]:
    folder = tmp_path_factory.mktemp("quotas")
    quotas, tokens = folder / "quotas.toml", folder / "tokens"
    quotas.write_text(QUOTAS)
    tokens.write_text("".join(f"{digest(name)} {name}\n" for name in NAMES))
    options: dict[str, Any] = {"quotas": quotas, "tokens": tokens, "state": folder / "state"}
    with open_server(**options) as server, grpc.insecure_channel(server.address) as channel:
        yield channel


def as_(name: str) -> list[tuple[str, str]]:
    """The headers of a caller, whose token is its name."""
    return [("authorization", f"Bearer {name}")]


def synthesised(channel: grpc.Channel, name: str, inputs: Inputs) -> Outcome:
    stub = synthesis_pb2_grpc.SynthesisServiceStub(channel)
    running = stub.Synthesize(iter([config(), *chunks(inputs)]), metadata=as_(name))
    responses: list[pb.SynthesizeResponse] = []
    with contextlib.suppress(grpc.RpcError):
        responses.extend(running)
    return outcome(running, responses)


def job_refused(channel: grpc.Channel, name: str) -> str:
    """The sentence with which a job is refused, before its inputs are looked at."""
    stub = jobs_pb2_grpc.JobServiceStub(channel)
    assets = [
        pb.AssetInput(input=number, sha256="0" * 64)
        for number in (pb.INPUT_CHARACTER, pb.INPUT_DRIVING)
    ]
    asked = jobs_pb2.CreateJobRequest(request_id="x", config=pb.StreamConfig(assets=assets))
    with pytest.raises(grpc.RpcError) as told:
        stub.CreateJob(asked, metadata=as_(name))
    return str(told.value.details())  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("few-pixels", "has made more than its 1 pixels a second"),
        ("little-time", "device seconds of today"),
    ],
)
def test_what_a_stream_took_counts_for_the_next_stream_and_job(
    channel: grpc.Channel, inputs: Inputs, name: str, sentence: str
) -> None:
    first = synthesised(channel, name, inputs)
    assert first.code is grpc.StatusCode.OK, first.sentence  # what has begun is not ended for it
    again = synthesised(channel, name, inputs)
    assert (again.code, again.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "BUSY")
    assert again.retry
    assert sentence in again.sentence
    assert sentence in job_refused(channel, name)
    other = synthesised(channel, "anybody", inputs)
    assert other.code is grpc.StatusCode.OK, other.sentence


def test_streams_that_are_open(channel: grpc.Channel, inputs: Inputs) -> None:
    stub = synthesis_pb2_grpc.SynthesisServiceStub(channel)
    endless = iter([config(steps=1000), *chunks(inputs)])
    held = stub.Synthesize(endless, metadata=as_("one-stream"))
    next(held)
    refused = synthesised(channel, "one-stream", inputs)
    assert refused.reason == "BUSY"
    assert "has 1 streams open, which is all of its quota" in refused.sentence
    held.cancel()


def test_bytes_that_are_kept(channel: grpc.Channel) -> None:
    stub = assets_pb2_grpc.AssetServiceStub(channel)

    def upload(name: str, data: bytes) -> bool:
        header = assets_pb2.UploadHeader(
            sha256=hashlib.sha256(data).hexdigest(), size_bytes=len(data)
        )
        requests = [
            assets_pb2.UploadAssetRequest(header=header),
            assets_pb2.UploadAssetRequest(chunk=assets_pb2.UploadChunk(data=data)),
        ]
        return bool(stub.UploadAsset(iter(requests), metadata=as_(name)).asset.complete)

    assert upload("small-shelf", b"a" * 600)
    with pytest.raises(grpc.RpcError) as told:
        upload("small-shelf", b"b" * 600)
    sentence = str(told.value.details())  # type: ignore[attr-defined]
    assert "600 bytes more than the 600 that are kept for you are over the 1000" in sentence
    assert upload("anybody", b"b" * 600)

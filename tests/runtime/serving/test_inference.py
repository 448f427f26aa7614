"""The Open Inference Protocol: what KServe and Triton clients ask and get."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from mimo.inference import open_inference_pb2 as pb
from mimo.v1 import server_pb2, server_pb2_grpc
from mimo.v1 import synthesis_pb2 as synthesis
from mimo_runtime import __version__
from mimo_runtime.client.assets import put_asset
from mimo_runtime.client.connection import Connection
from mimo_runtime.media.picture import decode_png
from mimo_runtime.runner.threads import ThreadRunner
from mimo_runtime.serving.inference import frames
from mimo_runtime.sessions.inputs import InputLimits
from tests.runtime.serving.calls import Inputs, begin, call, chunks, config
from tests.runtime.serving.conftest import OpenServer
from tests.runtime.serving.inference import frame_of, infer, named, stream, stub_of

FRAMES = 8


@pytest.fixture(scope="module")
def model(runner: ThreadRunner) -> str:
    return runner.bundle.manifest.name


def refused(channel: grpc.Channel, *requests: pb.ModelInferRequest) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.RpcError) as caught:
        stream(channel, requests)
    error: Any = caught.value
    return error.code(), error.details()


def test_what_the_server_is(channel: grpc.Channel, model: str) -> None:
    stub = stub_of(channel)
    assert stub.ServerLive(pb.ServerLiveRequest()).live
    assert stub.ServerReady(pb.ServerReadyRequest()).ready
    assert stub.ModelReady(pb.ModelReadyRequest(name=model)).ready
    assert stub.ModelReady(pb.ModelReadyRequest(name=model, version="1")).ready
    assert not stub.ModelReady(pb.ModelReadyRequest(name=model, version="2")).ready
    assert not stub.ModelReady(pb.ModelReadyRequest(name="another")).ready
    server = stub.ServerMetadata(pb.ServerMetadataRequest())
    assert (server.name, server.version) == ("mimo-runtime", __version__)


def test_what_the_model_takes_and_gives(channel: grpc.Channel, model: str) -> None:
    stub = stub_of(channel)
    told = stub.ModelMetadata(pb.ModelMetadataRequest(name=model))
    config_ = stub.ModelConfig(pb.ModelConfigRequest(name=model)).config
    assert {"character", "driving", "motion_file", "scene_picture"} <= {i.name for i in told.inputs}
    assert [i.name for i in told.inputs] == [i.name for i in config_.input]
    assert {(i.datatype, *i.shape) for i in told.inputs} == {("BYTES", 1)}
    assert [(o.name, o.datatype, list(o.shape)) for o in told.outputs] == [
        ("frames", "UINT8", [-1, -1, -1, 3])
    ]
    assert config_.model_transaction_policy.decoupled
    assert (list(told.versions), config_.max_batch_size) == (["1"], 0)
    for ask in (
        lambda: stub.ModelMetadata(pb.ModelMetadataRequest(name="another")),
        lambda: stub.ModelConfig(pb.ModelConfigRequest(name=model, version="2")),
    ):
        with pytest.raises(grpc.RpcError, match=model) as caught:
            ask()
        assert caught.value.code() is grpc.StatusCode.NOT_FOUND


def test_frames_are_those_of_synthesize(
    channel: grpc.Channel, model: str, inputs: Inputs, gives_back: None
) -> None:
    lossless = config(output_kind=synthesis.OUTPUT_KIND_LOSSLESS, seed=7)
    same = call(channel, [lossless, *chunks(inputs)])
    files = named(inputs)
    ends = {"triton_enable_empty_final_response": True}
    answers = stream(
        channel,
        [
            infer(model, files, id="a", seed=7, mode="official"),
            infer(model, files, raw=False, id="b", seed="7", guidance=3.5, **ends),
        ],
    )
    assert [each.id for each in answers] == ["a"] * FRAMES + ["b"] * (FRAMES + 1)
    final = [each.parameters["triton_final_response"].bool_param for each in answers]
    assert [index for index, is_final in enumerate(final) if is_final] == [7, 16]
    assert not answers[-1].outputs
    pictures = [decode_png(piece.data) for piece in same.payloads("frames")]
    for first, second, picture in zip(answers, answers[FRAMES:], pictures, strict=False):
        assert (frame_of(first) == picture).all()
        assert (frame_of(second) == picture).all()
        assert frame_of(first).shape == (1, *picture.shape)
    times = [each.parameters["timestamp_s"].double_param for each in answers[:FRAMES]]
    assert times == [stamp for piece in same.payloads("frames") for stamp in piece.timestamps_s]


def test_one_response_holds_all_frames(
    channel: grpc.Channel,
    model: str,
    inputs: Inputs,
    gives_back: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stub, files = stub_of(channel), named(inputs)

    def counted() -> tuple[int, int]:
        (told,) = stub.ModelStatistics(pb.ModelStatisticsRequest(name=model)).model_stats
        assert (told.name, told.inference_count) == (model, told.execution_count)
        stats = told.inference_stats
        assert bool(stats.success.ns) == bool(stats.success.count)
        return stats.success.count, stats.fail.count

    succeeded, failed = counted()
    whole = stub.ModelInfer(infer(model, files, id="all"))
    assert (whole.id, whole.parameters["triton_final_response"].bool_param) == ("all", True)
    apart = stream(channel, [infer(model, files)])
    assert frame_of(whole).tobytes() == b"".join(frame_of(each).tobytes() for each in apart)
    assert frame_of(whole).shape == (FRAMES, *frame_of(apart[0]).shape[1:])
    monkeypatch.setattr(frames, "MAX_ANSWER_BYTES", 1000)
    with pytest.raises(grpc.RpcError, match="use ModelStreamInfer") as caught:
        stub.ModelInfer(infer(model, files))
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert counted() == (succeeded + 2, failed + 1)
    with pytest.raises(grpc.RpcError, match="no model 'another'"):
        stub.ModelStatistics(pb.ModelStatisticsRequest(name="another"))


def broken(change: str, request: pb.ModelInferRequest) -> pb.ModelInferRequest:
    match change:
        case "datatype":
            request.inputs[0].datatype = "UINT8"
        case "shape":
            request.inputs[0].shape[0] = 2
        case "shared memory":
            request.inputs[0].parameters["shared_memory_region"].string_param = "region"
        case "count":
            del request.raw_input_contents[-1]
        case "length":
            request.raw_input_contents[0] = b"\xff\xff\xff\xff" + b"x"
        case "short":
            request.raw_input_contents[0] = b"x"
        case "none":
            request.raw_input_contents.pop()
            request.raw_input_contents.pop()
        case "twice":
            request.inputs[0].name = request.inputs[1].name
        case "input":
            request.inputs[0].name = "feather"
        case "output":
            request.outputs.add(name="video")
    return request


@pytest.mark.parametrize(
    "change",
    [*("datatype", "shape", "shared memory", "count", "length", "short", "none", "twice"),
     *("input", "output")],
)  # fmt: skip
def test_tensors_that_are_not_taken(channel: grpc.Channel, model: str, change: str) -> None:
    whole = infer(model, {"character": b"picture", "driving": b"video"})
    code, sentence = refused(channel, broken(change, whole))
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    "given",
    [
        {"step": 2},
        {"steps": 0},
        {"steps": "many"},
        {"steps": True},
        {"seed": -1},
        {"mode": "none"},
        {"camera": "sideways"},
        {"sequence_id": 4},
        {"character_sha256": 5},
    ],
    ids=str,
)
def test_parameters_that_are_not_taken(
    channel: grpc.Channel, model: str, given: dict[str, Any]
) -> None:
    code, sentence = refused(channel, infer(model, {"character": b"picture"}, **given))
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert next(iter(given)).removesuffix("_sha256") in sentence


def test_what_is_elsewhere_is_told(channel: grpc.Channel, model: str) -> None:
    assert refused(channel, infer("another", {}))[0] is grpc.StatusCode.NOT_FOUND
    assert refused(channel, infer(model, {}, character_sha256="0" * 64)) == (
        grpc.StatusCode.UNIMPLEMENTED,
        "This server keeps no assets, since it has no state folder; send the inputs.",
    )


def test_streams_are_logged_with_their_frames(
    open_server: OpenServer, model: str, inputs: Inputs, tmp_path: Path
) -> None:
    log, files = tmp_path / "log", named(inputs)
    with (
        open_server(access_log=log) as server,
        grpc.insecure_channel(server.address) as channel,
    ):
        assert len(stream(channel, [infer(model, files), infer(model, files)])) == 2 * FRAMES
        refused(channel, infer(model, files), infer("another", files))
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(line["method"], line["status"], line["frames"]) for line in lines] == [
        ("ModelStreamInfer", "OK", 2 * FRAMES),
        ("ModelStreamInfer", "NOT_FOUND", FRAMES),
    ]
    assert lines[0]["first_frame_s"] > 0


def test_a_picture_that_is_too_large(open_server: OpenServer, model: str) -> None:
    with (
        open_server(limits=InputLimits(max_picture_bytes=1000)) as server,
        grpc.insecure_channel(server.address) as channel,
    ):
        code, sentence = refused(channel, infer(model, {"character": bytes(1001)}))
        assert (code, "1000" in sentence) == (grpc.StatusCode.RESOURCE_EXHAUSTED, True)


def test_a_stream_without_requests_ends(open_server: OpenServer) -> None:
    with (
        open_server(idle_timeout_s=1.0) as server,
        grpc.insecure_channel(server.address) as channel,
    ):
        ended = threading.Event()
        silent = stub_of(channel).ModelStreamInfer(_until(ended))
        with pytest.raises(grpc.RpcError, match="no more requests") as caught:
            list(silent)
        ended.set()
        assert caught.value.code() is grpc.StatusCode.ABORTED


def _until(ended: threading.Event) -> Iterator[pb.ModelInferRequest]:
    ended.wait()
    yield from ()


def test_an_asset_stands_for_an_input(
    open_server: OpenServer, model: str, inputs: Inputs, tmp_path: Path
) -> None:
    files = named(inputs)
    with open_server(state=tmp_path) as server, Connection(server.address) as connection:
        picture = put_asset(connection, files.pop("character"), "me.png").sha256
        whole = infer(model, files, character_sha256=picture)
        assert len(stream(connection.channel, [whole])) == FRAMES
        code, _ = refused(connection.channel, infer(model, files, character_sha256="0" * 64))
        assert code is grpc.StatusCode.NOT_FOUND


def test_a_token_is_asked_for(open_server: OpenServer, model: str, tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text(f"{'0' * 64} studio\n")
    with (
        open_server(tokens=tmp_path / "tokens") as server,
        grpc.insecure_channel(server.address) as channel,
    ):
        assert refused(channel, infer(model, {}))[0] is grpc.StatusCode.UNAUTHENTICATED
        with pytest.raises(grpc.RpcError, match="token"):
            stub_of(channel).ServerLive(pb.ServerLiveRequest())


def test_a_server_that_ends_is_not_ready(
    open_server: OpenServer, model: str, inputs: Inputs
) -> None:
    with (
        open_server(drain_s=300) as server,
        grpc.insecure_channel(server.address) as channel,
    ):
        running = begin(channel, [config(steps=1000), *chunks(inputs)])
        server_pb2_grpc.ServerServiceStub(channel).Drain(server_pb2.DrainRequest())
        give_up_at_s = time.monotonic() + 60
        stub = stub_of(channel)
        while stub.ServerReady(pb.ServerReadyRequest()).ready and time.monotonic() < give_up_at_s:
            time.sleep(0.02)
        assert not stub.ServerReady(pb.ServerReadyRequest()).ready
        assert not stub.ModelReady(pb.ModelReadyRequest(name=model)).ready
        assert stub.ServerLive(pb.ServerLiveRequest()).live
        assert refused(channel, infer(model, named(inputs)))[0] is grpc.StatusCode.UNAVAILABLE
        running.cancel()

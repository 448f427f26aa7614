"""Bad input against a real server: the status, a sentence that helps, and nothing left behind."""

import io
import json
import random
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

import grpc
import numpy as np
import pytest
from PIL import Image

from mimo.v1 import synthesis_pb2 as pb
from mimo.v1 import synthesis_pb2_grpc
from mimo_runtime.media.encode import FragmentEncoder
from mimo_runtime.sessions.inputs import InputLimits
from mimo_runtime.sessions.spool import FOLDER_PREFIX
from tests.pictures import blank_png
from tests.runtime.serving.calls import Inputs, Request, call, chunk, chunks, config
from tests.runtime.serving.conftest import OpenServer

pytestmark = pytest.mark.usefixtures("gives_back")

NOISE = random.Random(0).randbytes(50_000)


def picture(width_px: int, height_px: int, mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    Image.new(mode, (width_px, height_px), 1).save(file, "PNG")
    return file.getvalue()


def clip(width_px: int, height_px: int, frame_count: int) -> bytes:
    encoder = FragmentEncoder(width_px, height_px, Fraction(20))
    frame = np.full((height_px, width_px, 3), 90, np.uint8)
    return b"".join([encoder.encode(frame) for _ in range(frame_count)] + [encoder.finish()])


def refused(
    channel: grpc.Channel, requests: Iterable[Request], code: str, reason: str, *words: str
) -> None:
    """The call is refused so, with these words in its sentence."""
    outcome = call(channel, requests)
    assert (outcome.code, outcome.reason) == (grpc.StatusCode[code], reason), outcome.sentence
    for word in words:
        assert word in outcome.sentence
    assert FOLDER_PREFIX not in outcome.sentence
    assert "Traceback" not in outcome.sentence


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"steps": 0}, ["steps is 0", "1 to 1000"]),
        ({"guidance": float("nan")}, ["guidance is nan"]),
        ({"guidance": float("inf")}, ["guidance is inf"]),
        ({"mode": 99}, ["mode is 99"]),
        ({"framing": 99}, ["framing is 99"]),
        ({"output_kind": 99}, ["output_kind is 99"]),
        ({"width_px": 5000, "height_px": 16}, ["5000x16", "bundle has"]),
    ],
)
def test_settings(
    channel: grpc.Channel, inputs: Inputs, fields: dict[str, Any], words: list[str]
) -> None:
    requests = [config(**fields), *chunks(inputs)]
    refused(channel, requests, "INVALID_ARGUMENT", "INVALID_REQUEST", *words)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda video: video[: len(video) // 2], ["vid"]),
        (lambda video: video[:0] + NOISE, ["vid", "accepted"]),
        (lambda video: video[:1000] + NOISE, ["vid"]),
        (lambda video: video[:0], ["vid"]),
    ],
    ids=["truncated", "random", "random-body", "empty"],
)
def test_damaged_video(
    channel: grpc.Channel, inputs: Inputs, change: Callable[[bytes], bytes], words: list[str]
) -> None:
    changed = {**inputs, pb.INPUT_SOURCE: change(inputs[pb.INPUT_SOURCE])}
    refused(channel, [config(), *chunks(changed)], "INVALID_ARGUMENT", "MEDIA", *words)


@pytest.mark.parametrize("data", [b"", NOISE, picture(64, 64)[:60]], ids=["empty", "random", "cut"])
def test_damaged_picture(channel: grpc.Channel, inputs: Inputs, data: bytes) -> None:
    changed = {**inputs, pb.INPUT_CHARACTER: data}
    refused(channel, [config(), *chunks(changed)], "INVALID_ARGUMENT", "MEDIA", "character")


def test_oversized_picture(channel: grpc.Channel, inputs: Inputs) -> None:
    changed = {**inputs, pb.INPUT_CHARACTER: blank_png(20000, 20000)}
    requests = [config(), *chunks(changed)]
    refused(channel, requests, "RESOURCE_EXHAUSTED", "LIMIT_EXCEEDED", "character", "20000")


@pytest.mark.parametrize("size_px", [(90_000, 10), (30_000, 10), (32_000_000, 1)])
def test_a_thin_picture_costs_nothing(
    channel: grpc.Channel, inputs: Inputs, size_px: tuple[int, int]
) -> None:
    changed = {**inputs, pb.INPUT_CHARACTER: blank_png(*size_px)}
    requests = [config(), *chunks(changed)]
    refused(channel, requests, "RESOURCE_EXHAUSTED", "LIMIT_EXCEEDED", f"{size_px[0]}x{size_px[1]}")


def test_picture_of_too_many_bytes_is_refused_while_it_arrives(open_server: OpenServer) -> None:
    limits = InputLimits(max_picture_bytes=3 << 20)
    requests = [config(), *[chunk(pb.INPUT_CHARACTER, bytes(1 << 20))] * 4]
    with open_server(limits=limits) as server, grpc.insecure_channel(server.address) as channel:
        refused(channel, requests, "RESOURCE_EXHAUSTED", "LIMIT_EXCEEDED", "character")


def test_character_without_alpha_and_matte(channel: grpc.Channel, inputs: Inputs) -> None:
    changed = {**inputs, pb.INPUT_CHARACTER: picture(64, 64)}
    requests = [config(), *chunks(changed)]
    refused(channel, requests, "INVALID_ARGUMENT", "INVALID_REQUEST", "matte")


def test_matte_of_another_size(channel: grpc.Channel, inputs: Inputs) -> None:
    changed = {**inputs, pb.INPUT_MATTE: picture(7, 9)}
    requests = [config(), *chunks(changed)]
    refused(channel, requests, "INVALID_ARGUMENT", "INVALID_REQUEST", "matte")


@pytest.mark.parametrize(
    ("missing", "kind", "word"),
    [
        (pb.INPUT_CHARACTER, "INVALID_REQUEST", "character"),
        (pb.INPUT_SOURCE, "TEMPLATE", "vid"),
        (pb.INPUT_MOTION, "TEMPLATE", "sdc"),
        (pb.INPUT_SCENE, "TEMPLATE", "bk"),
        (pb.INPUT_TEMPLATE_CONFIG, "TEMPLATE", "config.json"),
    ],
)
def test_missing_input(
    channel: grpc.Channel, inputs: Inputs, missing: int, kind: str, word: str
) -> None:
    left = {number: data for number, data in inputs.items() if number != missing}
    refused(channel, [config(), *chunks(left)], "INVALID_ARGUMENT", kind, word)


@pytest.mark.parametrize("size", [(128, 96, 32), (256, 192, 9)], ids=["size", "length"])
def test_unequal_streams(channel: grpc.Channel, inputs: Inputs, size: tuple[int, int, int]) -> None:
    changed = {**inputs, pb.INPUT_MOTION: clip(*size)}
    requests = [config(), *chunks(changed)]
    refused(channel, requests, "INVALID_ARGUMENT", "TEMPLATE", "sdc")


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"[]",
        json.dumps({"fps": 0}).encode(),
        json.dumps({"fps": 10**400}).encode(),
    ],
)
def test_broken_template_config(channel: grpc.Channel, inputs: Inputs, data: bytes) -> None:
    changed = {**inputs, pb.INPUT_TEMPLATE_CONFIG: data}
    requests = [config(), *chunks(changed)]
    refused(channel, requests, "INVALID_ARGUMENT", "TEMPLATE", "config.json")


@pytest.mark.parametrize("fps", [29.97002997002997, 23.976023976, 1.0000000000000002])
def test_rates_that_are_no_whole_number_are_served(
    channel: grpc.Channel, inputs: Inputs, fps: float
) -> None:
    given = {"fps": fps, "time_crop": {"start_idx": 0, "end_idx": 60 / fps}}
    changed = {**inputs, pb.INPUT_TEMPLATE_CONFIG: json.dumps(given).encode()}
    outcome = call(channel, [config(), *chunks(changed)])
    assert outcome.code is grpc.StatusCode.OK, outcome.sentence
    (output,) = outcome.payloads("output")
    assert output.rate_numerator / output.rate_denominator == pytest.approx(fps, rel=1e-6)


def test_what_a_mode_leaves_out_of_a_clip_is_told(channel: grpc.Channel, inputs: Inputs) -> None:
    given = {"fps": 240, "time_crop": {"start_idx": 0, "end_idx": 100_000}}
    changed = {**inputs, pb.INPUT_TEMPLATE_CONFIG: json.dumps(given).encode()}
    formats = {}
    for mode in (pb.MODE_OFFICIAL, pb.MODE_CORRECTED):
        stub = synthesis_pb2_grpc.SynthesisServiceStub(channel)
        running = stub.Synthesize(iter([config(mode=mode), *chunks(changed)]))
        formats[mode] = next(each.output for each in running if each.HasField("output"))
        running.cancel()
    official, corrected = formats[pb.MODE_OFFICIAL], formats[pb.MODE_CORRECTED]
    assert official.frame_count == 150
    assert corrected.frame_count == 150 + official.truncated_frames > 150
    assert corrected.truncated_frames == 0


def test_config_missing(channel: grpc.Channel, inputs: Inputs) -> None:
    requests = list(chunks(inputs))
    refused(channel, requests, "FAILED_PRECONDITION", "PROTOCOL", "first message", "config")


def test_no_message_at_all(channel: grpc.Channel) -> None:
    refused(channel, [], "FAILED_PRECONDITION", "PROTOCOL", "config")


def test_config_sent_twice(channel: grpc.Channel, inputs: Inputs) -> None:
    requests = [config(), *chunks(inputs), config()]
    refused(channel, requests, "FAILED_PRECONDITION", "PROTOCOL", "twice")


def test_empty_message(channel: grpc.Channel) -> None:
    requests = [config(), pb.SynthesizeRequest()]
    refused(channel, requests, "FAILED_PRECONDITION", "PROTOCOL", "without config or chunk")


def test_input_that_does_not_end(channel: grpc.Channel, inputs: Inputs) -> None:
    requests = [config(), *chunks(inputs), chunk(pb.INPUT_MATTE, b"begun")]
    refused(channel, requests, "FAILED_PRECONDITION", "PROTOCOL", "matte", "cut off")


def test_unknown_input(channel: grpc.Channel) -> None:
    requests = [config(), chunk(77, b"what is it", last=True)]
    refused(channel, requests, "INVALID_ARGUMENT", "INVALID_REQUEST", "input is 77")


def test_unknown_feather_mask(channel: grpc.Channel) -> None:
    requests = [config(), chunk(pb.INPUT_FEATHER_MASK, b"", last=True, name="../up")]
    outcome = call(channel, requests)
    assert outcome.code is grpc.StatusCode.INVALID_ARGUMENT
    assert "no feather mask" in outcome.sentence


def test_message_larger_than_the_limit(channel: grpc.Channel) -> None:
    outcome = call(channel, [config(), chunk(pb.INPUT_SOURCE, bytes(5 << 20))])
    assert outcome.code is grpc.StatusCode.RESOURCE_EXHAUSTED

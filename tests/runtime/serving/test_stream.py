"""One stream that goes well, seen message by message."""

import io
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import grpc
import numpy as np
import pytest

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.picture import decode_png, encode_png, read_picture
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.request import SynthesisRequest
from mimo_runtime.templates.folder import open_template
from mimo_runtime.wire.progress import Progress
from mimo_runtime.wire.settings import Settings
from tests.runtime.serving.calls import Inputs, Outcome, call, chunks, config

SETTINGS: dict[str, Any] = {"steps": 2, "guidance": 2.0, "seed": 7}


@pytest.fixture(scope="module")
def lossless(channel: grpc.Channel, inputs: Inputs) -> Outcome:
    requests = [config(output_kind=pb.OUTPUT_KIND_LOSSLESS, **SETTINGS), *chunks(inputs)]
    return call(channel, requests)


@pytest.fixture(scope="module")
def video(channel: grpc.Channel, inputs: Inputs) -> Outcome:
    return call(channel, [config(**SETTINGS), *chunks(inputs)])


def test_messages_come_numbered_and_in_the_order_of_the_contract(lossless: Outcome) -> None:
    assert lossless.code is grpc.StatusCode.OK, lossless.sentence
    numbers = [response.sequence for response in lossless.responses]
    assert numbers == list(range(1, len(numbers) + 1))
    kinds = [response.WhichOneof("payload") for response in lossless.responses]
    assert (kinds[0], kinds[-1]) == ("ready", "summary")
    assert [kinds.count(kind) for kind in ("ready", "output", "summary")] == [1, 1, 1]
    assert kinds.index("output") < kinds.index("frames")


def test_ready_holds_the_settings_as_they_are_used(
    lossless: Outcome, synthesizer: Synthesizer
) -> None:
    (ready,) = lossless.payloads("ready")
    manifest = synthesizer.bundle.manifest
    assert ready.config == pb.StreamConfig(
        steps=2,
        guidance=2.0,
        seed=7,
        mode=pb.MODE_OFFICIAL,
        framing=pb.FRAMING_PERSON,
        solver="ddim",
        output_kind=pb.OUTPUT_KIND_LOSSLESS,
        width_px=manifest.width_px,
        height_px=manifest.height_px,
    )
    assert len(ready.bundle.model_sha256) == 64
    assert ready.limits.max_message_bytes == 4 << 20


def test_unset_settings_take_the_defaults(channel: grpc.Channel) -> None:
    requests = [pb.SynthesizeRequest(config=pb.StreamConfig())]
    (ready,) = call(channel, requests).payloads("ready")
    assert (ready.config.steps, ready.config.guidance, ready.config.seed) == (25, 3.5, 42)
    assert ready.config.output_kind == pb.OUTPUT_KIND_VIDEO


def test_progress_tells_of_every_pass_and_of_the_wait_before(lossless: Outcome) -> None:
    progress = lossless.payloads("progress")
    assert [(told.done, told.total) for told in progress if told.stage == "waiting"] == [
        (0, 1),
        (1, 1),
    ]
    passes = [told for told in progress if told.stage == "denoise"]
    assert passes[-1].done == passes[-1].total > 0


def test_lossless_frames_are_those_of_the_synthesizer(
    lossless: Outcome, synthesizer: Synthesizer, template: Path, small_character: Path
) -> None:
    limits = MediaLimits()
    request = SynthesisRequest(
        character=read_picture(small_character.read_bytes(), "character", limits),
        template=open_template(template, limits),
        settings=Settings(**SETTINGS),
    )
    told: list[Progress] = []
    expected = list(synthesizer.start(request, CancellationToken(), told.append).frames())
    received = lossless.payloads("frames")
    assert len(received) == len(expected) == lossless.payloads("output")[0].frame_count
    for got, frame in zip(received, expected, strict=True):
        assert (got.first_frame, list(got.timestamps_s)) == (frame.index, [frame.timestamp_s])
        np.testing.assert_array_equal(read_picture(got.data, "frame", limits), frame.rgb)


def test_video_is_one_playable_file_with_every_frame(video: Outcome) -> None:
    assert video.code is grpc.StatusCode.OK, video.sentence
    (output,) = video.payloads("output")
    pieces = video.payloads("frames")
    with av.open(io.BytesIO(b"".join(piece.data for piece in pieces)), "r") as file:
        stream = file.streams.video[0]
        sizes = {(frame.width, frame.height) for frame in file.decode(stream)}
        assert stream.codec_context.name == "h264"
    assert sizes == {(output.width_px, output.height_px)}
    told = [time_s for piece in pieces if not piece.continued for time_s in piece.timestamps_s]
    assert len(told) == output.frame_count
    rate_fps = Fraction(output.rate_numerator, output.rate_denominator)
    assert told == pytest.approx([index / rate_fps for index in range(output.frame_count)])


def test_summary_counts(lossless: Outcome) -> None:
    (summary,) = lossless.payloads("summary")
    assert summary.frame_count == lossless.payloads("output")[0].frame_count
    assert 0 < summary.first_frame_s <= summary.total_s
    assert summary.frames_per_s == pytest.approx(summary.frame_count / summary.total_s)


def test_the_occlusion_layer_is_optional(channel: grpc.Channel, inputs: Inputs) -> None:
    without = {number: data for number, data in inputs.items() if number != pb.INPUT_OCCLUSION}
    assert call(channel, [config(), *chunks(without)]).code is grpc.StatusCode.OK


def test_a_matte_goes_with_a_picture_without_alpha(
    channel: grpc.Channel, inputs: Inputs, small_character: Path
) -> None:
    pixels = read_picture(small_character.read_bytes(), "character", MediaLimits())
    matte = np.repeat(pixels[..., 3:], 3, axis=2)
    split = {
        **inputs,
        pb.INPUT_CHARACTER: encode_png(np.ascontiguousarray(pixels[..., :3])),
        pb.INPUT_MATTE: encode_png(matte),
    }
    asked = [config(output_kind=pb.OUTPUT_KIND_LOSSLESS), *chunks(split)]
    whole = [config(output_kind=pb.OUTPUT_KIND_LOSSLESS), *chunks(inputs)]
    first, second = call(channel, asked), call(channel, whole)
    assert first.code is grpc.StatusCode.OK, first.sentence
    for one, other in zip(first.payloads("frames"), second.payloads("frames"), strict=True):
        assert np.array_equal(decode_png(one.data), decode_png(other.data))

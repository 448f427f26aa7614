"""Which back end is chosen, for machines that are not here too."""

from dataclasses import replace
from fractions import Fraction

import pytest

from mimo_runtime.errors import UnsupportedError
from mimo_runtime.media.child.capabilities import Capabilities
from mimo_runtime.media.child.decoder_choice import DecoderChoice, choose_decoder
from mimo_runtime.media.child.packets import PacketFacts, plan_packets
from mimo_runtime.media.child.validation import ValidatedClip
from mimo_runtime.media.clip import HLG, ClipColour, ClipInfo
from mimo_runtime.media.decode_job import DecodeJob
from mimo_runtime.media.limits import MediaLimits

BARE = Capabilities(has_dali=False, has_nvdec=False)
CPU = Capabilities(has_dali=True, has_nvdec=False)
GPU = Capabilities(has_dali=True, has_nvdec=True)

PLAN = plan_packets([PacketFacts(0, 0, 1, is_key=True)], 25)
INFO = ClipInfo(
    "mp4", "h264", "yuv420p", 64, 48, Fraction(25), (0.0,), ClipColour(matrix="smpte170m")
)
H264 = ValidatedClip(INFO, simple=True, plan=PLAN)


def like(**changes: object) -> ValidatedClip:
    return replace(H264, info=replace(INFO, **changes))


VP9 = like(codec="vp9")
BT709 = like(colour=ClipColour(matrix="bt709"))
BT2020 = like(colour=ClipColour(matrix="bt2020nc"))
P3 = like(colour=ClipColour(primaries="smpte432"))
HDR = like(colour=ClipColour(transfer=HLG))
ALPHA = like(colour=ClipColour(has_alpha=True))
FIELDS = like(is_interlaced=True)
WIDE_PIXELS = like(pixel_aspect=Fraction(4, 3))
TEN_BIT = like(pixel_format="yuv420p10le")
AVI = like(container="avi")
AV1 = like(codec="av1")
SEVERAL = replace(H264, simple=False)


def choose(decoder: str, clip: ValidatedClip, capabilities: Capabilities) -> DecoderChoice:
    job = DecodeJob("decode", "clip.mp4", "mp4", MediaLimits(), decoder)
    return choose_decoder(job, clip, capabilities)


@pytest.mark.parametrize("capabilities", [BARE, CPU])
@pytest.mark.parametrize("clip", [H264, VP9])
def test_pyav_is_the_default_on_a_cpu(clip: ValidatedClip, capabilities: Capabilities) -> None:
    choice = choose("auto", clip, capabilities)
    assert choice.decoder == "pyav"
    assert "no NVDEC" in choice.reason


@pytest.mark.parametrize("clip", [H264, VP9, BT709])
def test_nvdec_is_the_default_for_what_it_takes(clip: ValidatedClip) -> None:
    choice = choose("auto", clip, GPU)
    assert (choice.decoder, choice.on_gpu) == ("dali", True)
    assert f"NVDEC decodes {clip.info.codec}" in choice.reason


def test_the_reason_tells_that_colours_are_corrected() -> None:
    assert "corrected to BT.709" in choose("auto", BT709, GPU).reason
    assert "corrected" not in choose("auto", H264, GPU).reason


@pytest.mark.parametrize(
    ("clip", "reason"),
    [
        (AV1, "NVDEC does not decode av1"),
        (AVI, "frames of an AVI"),
        (TEN_BIT, "NVDEC does not decode h264 as yuv420p10le"),
        (BT2020, "the colour matrix bt2020nc wrongly"),
        (P3, "neither HDR nor wide gamuts"),
        (HDR, "neither HDR nor wide gamuts"),
        (ALPHA, "nor opacity"),
        (FIELDS, "knows neither fields"),
        (WIDE_PIXELS, "nor pixels that are not square"),
        (SEVERAL, "several video streams or hidden frames"),
    ],
)
def test_pyav_takes_what_nvdec_does_not(clip: ValidatedClip, reason: str) -> None:
    choice = choose("auto", clip, GPU)
    assert choice.decoder == "pyav"
    assert reason in choice.reason


def test_who_asks_for_dali_gets_it_or_a_way_out() -> None:
    assert choose("dali", VP9, CPU) == DecoderChoice("dali", "it was asked for", on_gpu=False)
    assert choose("dali", H264, GPU).on_gpu
    with pytest.raises(UnsupportedError, match=r"VP8, VP9 and MJPEG only, not h264; use .*'pyav'"):
        choose("dali", H264, CPU)
    with pytest.raises(UnsupportedError, match=r"not installed \(pip install .*; use .*'pyav'"):
        choose("dali", VP9, BARE)


def test_who_asks_for_pyav_gets_it() -> None:
    assert choose("pyav", H264, GPU) == DecoderChoice("pyav", "it was asked for")

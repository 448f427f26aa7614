"""HDR and wide gamuts as BT.709: published values, and clips that are made here."""

from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mimo_runtime.errors import MediaError
from mimo_runtime.media.child.hdr import (
    ToBt709,
    light_nits,
    pq_nits,
    pq_signal,
    rolled_off,
    white_nits,
)
from mimo_runtime.media.clip import HLG, PQ, ClipColour
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.reader import inspect_clip

from .clips import write_clip
from .frames import all_frames, notes
from .test_colour import PATCHES, patch_picture

TAGS = {"bt709": (1, 1), "bt2020": (9, 9), "smpte432": (12, 1)}  # primaries, matrix
TRANSFER_TAGS = {"": 1, HLG: 18, PQ: 16}
TO_XYZ = {  # from RGB to XYZ, as published (ITU-R BT.709 by IEC 61966-2-1, BT.2020, EG 432-1)
    "bt709": [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]],
    "bt2020": [[0.6370, 0.1446, 0.1689], [0.2627, 0.6780, 0.0593], [0.0, 0.0281, 1.0610]],
    "smpte432": [[0.4866, 0.2657, 0.1982], [0.2290, 0.6917, 0.0793], [0.0, 0.0451, 1.0439]],
}


def encoded(rgb: np.ndarray, primaries: str, transfer: str, white: float) -> np.ndarray:
    """R'G'B' 0..1 of the same colours in another space, for BT.709 levels uint8."""
    light = (rgb / 255.0) ** 2.4 @ np.array(TO_XYZ["bt709"]).T
    light = np.clip(light @ np.linalg.inv(TO_XYZ[primaries]).T, 0, None)
    if transfer == PQ:
        return pq_signal(light * white)
    if transfer == HLG:
        scene = (light * white / 1000) ** (1 / 1.2)
        upper = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
        return np.where(scene <= 1 / 12, np.sqrt(3 * scene), upper)
    return light ** (1 / 2.4)


def write_wide(
    path: Path,
    primaries: str,
    transfer: str,
    white: float = 203,
    tagged: bool = True,
    curve: int | None = None,
) -> Path:
    """`tagged`: matrix and primaries; `curve`: another tag of it."""
    signal = encoded(patch_picture(), primaries, transfer, white)
    sixteen = np.rint(signal.clip(0, 1) * 65535).astype(np.uint16)
    kind, matrix = TAGS[primaries]
    with av.open(str(path), "w") as container:
        options = {"crf": "4", "x265-params": "log-level=none"}
        stream = container.add_stream("libx265", rate=25, options=options)
        stream.width, stream.height = sixteen.shape[1], sixteen.shape[0]
        stream.pix_fmt = "yuv420p10le"
        context = stream.codec_context
        context.colorspace, context.color_primaries = (matrix, kind) if tagged else (2, 2)
        context.color_range = 1
        context.color_trc = curve or TRANSFER_TAGS[transfer]
        for index in range(3):
            frame = av.VideoFrame.from_ndarray(sixteen, format="rgb48le").reformat(
                format="yuv420p10le", dst_colorspace=matrix, dst_color_range=1
            )
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def error(path: Path) -> float:
    frames = all_frames(path).reshape(3, 32, len(PATCHES), 32, 3)
    return float(np.abs(frames[:, 8:-8, :, 8:-8].mean(axis=(1, 3)) - PATCHES).max())


def test_dolby_vision_that_others_cannot_show_is_told(tmp_path: Path) -> None:
    """Profile 5: colours without tags, of a kind of its own; with tags there is a base layer."""
    for tags, words in ((None, "is Dolby Vision without a base layer"), (1, "")):
        path = write_clip(tmp_path / "a.mp4", [patch_picture()] * 2, codec="libx265", matrix=tags,
                          codec_options={"x265-params": "log-level=none:bframes=0"})  # fmt: skip
        path.write_bytes(path.read_bytes().replace(b"hev1", b"dvhe").replace(b"hvc1", b"dvh1"))
        if words:
            with pytest.raises(MediaError, match=f"{words}.*export it as HDR10, HLG or SDR"):
                inspect_clip(path, MediaLimits())
        else:
            assert len(all_frames(path)) == 2


@pytest.mark.parametrize("transfer", ["", HLG, PQ])
@pytest.mark.parametrize("primaries", ["bt2020", "smpte432"])
def test_the_colours_of_a_player(tmp_path: Path, primaries: str, transfer: str) -> None:
    path = write_wide(tmp_path / "wide.mp4", primaries, transfer)
    info = inspect_clip(path, MediaLimits())
    assert (info.colour.primaries, info.colour.is_hdr) == (primaries, bool(transfer))
    assert error(path) <= 3


@pytest.mark.parametrize("name", ["a.mov", "a.mkv", "a.ts"])
def test_any_container_of_the_same_frames_gives_the_same_frames(tmp_path: Path, name: str) -> None:
    assert error(write_wide(tmp_path / name, "bt2020", HLG)) <= 3


@pytest.mark.parametrize("transfer", [HLG, PQ])
def test_a_clip_that_is_graded_to_100_nits_keeps_its_white(tmp_path: Path, transfer: str) -> None:
    assert error(write_wide(tmp_path / "a.mp4", "bt2020", transfer, white=100)) <= 3


@pytest.mark.parametrize("transfer", [HLG, PQ])
def test_hdr_of_which_only_the_curve_is_tagged_is_bt2020(tmp_path: Path, transfer: str) -> None:
    path = write_wide(tmp_path / "a.mkv", "bt2020", transfer, tagged=False)
    assert error(path) <= 3
    assert "not tagged; they were taken as BT.2020" in notes(path)


@pytest.mark.parametrize("name", ["a.mkv", "a.mp4", "a.mov"])
@pytest.mark.parametrize("transfer", [HLG, PQ])
def test_what_only_the_container_says_is_heard(tmp_path: Path, name: str, transfer: str) -> None:
    """Decoders of HEVC forget it; players do not."""
    given = write_wide(tmp_path / f"bare{name[1:]}", "bt2020", transfer, tagged=False, curve=2)
    with av.open(str(given)) as source, av.open(str(tmp_path / name), "w") as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        context = stream.codec_context
        context.color_primaries, context.colorspace = TAGS["bt2020"]
        context.color_trc = TRANSFER_TAGS[transfer]
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = stream
                out.mux(packet)
    assert error(given) > 20
    assert error(tmp_path / name) < 3


@pytest.mark.parametrize(("transfer", "gamma"), [(8, 1.0), (17, 2.6)])
def test_light_by_other_curves(tmp_path: Path, transfer: int, gamma: float) -> None:
    """Linear, and that of digital cinema."""
    light = (patch_picture() / 255.0) ** 2.4
    sixteen = np.rint(65535 * light ** (1 / gamma)).astype(np.uint16)
    with av.open(str(tmp_path / "a.mkv"), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = *sixteen.shape[1::-1], "gbrp16le"
        stream.codec_context.color_trc = transfer
        for index in range(3):
            frame = av.VideoFrame.from_ndarray(sixteen, format="rgb48le").reformat(
                format="gbrp16le"
            )
            frame.pts, frame.color_trc = index, transfer
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert error(tmp_path / "a.mkv") < 1.5
    assert "converted to BT.709" in notes(tmp_path / "a.mkv")


def test_the_tags_are_needed(tmp_path: Path) -> None:
    path = write_wide(tmp_path / "a.mkv", "bt2020", HLG)
    untouched = all_frames(path)
    plain = write_wide(tmp_path / "b.mkv", "bt709", "")
    assert np.abs(untouched.astype(float) - all_frames(plain)).mean() < 2


def test_light_by_the_tables_of_the_itu() -> None:
    """ITU-R BT.2408-7, table 1: signals of HLG and PQ for 203 cd/m², and BT.2100's peak values."""
    grey = np.array([[0.75] * 3, [1.0] * 3, [0.0] * 3])
    np.testing.assert_allclose(light_nits(grey, HLG)[:, 0], [203, 1000, 0], atol=1)
    assert float(pq_nits(np.array(0.58))) == pytest.approx(203, rel=0.02)
    assert float(pq_nits(np.array(1.0))) == pytest.approx(10_000)


@settings(max_examples=50)
@given(st.floats(0, 10_000))
def test_pq_there_and_back(nits: float) -> None:
    assert float(pq_nits(pq_signal(np.array(nits)))) == pytest.approx(nits, rel=1e-6, abs=1e-6)


@settings(max_examples=50)
@given(st.floats(50, 4000))
def test_roll_off_is_monotonous_and_ends_in_white(peak: float) -> None:
    nits = np.linspace(0, peak, 500)
    rolled = rolled_off(nits, peak)
    assert (np.diff(rolled) >= -1e-9).all()
    assert rolled[-1] <= white_nits(peak) * 1.0001
    dark = nits < 40
    np.testing.assert_allclose(rolled[dark], nits[dark], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("grey", [0.1, 0.5, 0.75])
def test_greys_stay_grey(grey: float) -> None:
    signal = np.full((1, 1, 3), round(grey * 65535), np.uint16)
    for colour in (ClipColour(primaries="bt2020"), ClipColour(primaries="bt2020", transfer=PQ)):
        found = ToBt709(colour).convert(signal)
        assert np.ptp(found) <= 1
        if not colour.is_hdr:
            assert found[0, 0, 0] == pytest.approx(255 * grey, abs=1)


@pytest.mark.parametrize("transfer", ["", HLG, PQ])
@pytest.mark.parametrize("primaries", ["bt2020", "smpte432"])
def test_every_colour_comes_back(primaries: str, transfer: str) -> None:
    """Class: rounding, to one level of 255."""
    rgb = np.random.default_rng(5).integers(16, 256, (96, 96, 3)).astype(np.uint8)
    signal = np.rint(encoded(rgb, primaries, transfer, 203).clip(0, 1) * 65535).astype(np.uint16)
    nits = 203.0 if transfer else 0.0
    colour = ClipColour(primaries=primaries, transfer=transfer or "bt709", peak_nits=nits)
    error = np.abs(ToBt709(colour).convert(signal).astype(int) - rgb)
    assert error.max() <= 2
    assert error.mean() < 0.2

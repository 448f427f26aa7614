"""Folders of pictures, read back by OpenImageIO, by OpenEXR and by OpenCV."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import OpenEXR
import OpenImageIO as oiio  # noqa: N813
import pytest
from numpy.typing import NDArray

from mimo_runtime.delivery.colour import linear_from_srgb, srgb_from_linear
from mimo_runtime.delivery.delivery import AlphaMode, Delivery
from mimo_runtime.delivery.opening import open_delivery
from mimo_runtime.frame_folder import FrameFormat
from mimo_runtime.synthesis.frame_layers import CODES

from .painted import FRONT, PERSON, beauty, clip, layers, scene

EXR, EXR32, PNG16, TIFF16 = (
    FrameFormat.EXR,
    FrameFormat.EXR32,
    FrameFormat.PNG16,
    FrameFormat.TIFF16,
)


def deliver(folder: Path, **asked: Any) -> list[Path]:
    delivery = Delivery(**{"first_frame": 1001, "timecode": "01:00:00:00"} | asked)
    with open_delivery(folder, delivery, clip(), "a note") as sink:
        for index in range(3):
            sink.write(index, beauty(index), layers(index))
    return sorted(folder.iterdir())


def read(path: Path, kind: Any = oiio.FLOAT) -> tuple[dict[str, NDArray[Any]], oiio.ImageSpec]:
    """The channels by their names, as they are stored."""
    config = oiio.ImageSpec()
    config.attribute("oiio:UnassociatedAlpha", 1)
    file = oiio.ImageInput.open(str(path), config)
    spec = file.spec()
    pixels = file.read_image(0, 0, 0, spec.nchannels, kind)
    return {name: pixels[..., i] for i, name in enumerate(spec.channelnames)}, spec


def rgb_of(channels: dict[str, NDArray[Any]], layer: str = "") -> NDArray[Any]:
    return np.stack([channels[layer + name] for name in "RGB"], axis=2)


@pytest.mark.parametrize(("form", "kind"), [(EXR, "half"), (EXR32, "float")])
def test_exr_has_all_layers_and_says_what_they_are(tmp_path: Path, form: Any, kind: str) -> None:
    paths = deliver(tmp_path / "out", pictures=form, layers=True)
    assert [path.name for path in paths] == [f"frame.{1001 + i}.exr" for i in range(3)]
    channels, spec = read(paths[1])
    made = layers(1)
    levels = srgb_from_linear(rgb_of(channels)) * 255
    assert np.abs(levels - beauty(1)).max() < 0.7
    np.testing.assert_array_equal(
        np.rint(srgb_from_linear(rgb_of(channels, "scene.")) * 255), made.scene
    )
    human = made.human / CODES
    np.testing.assert_allclose(channels["human.A"], human[..., 3], atol=3e-4)
    straight = human[..., :3] / np.maximum(human[..., 3:], 1e-9)
    expected = linear_from_srgb(straight.astype(np.float32)) * human[..., 3:]
    np.testing.assert_allclose(rgb_of(channels, "human."), expected, atol=1e-3)
    np.testing.assert_allclose(channels["occlusion.A"], made.occlusion / 255, atol=3e-4)
    matte = human[..., 3] * (1 - made.occlusion / 255)
    np.testing.assert_allclose(channels["matte.A"], matte, atol=1e-3)
    motion = rgb_of(channels, "motion.") * 255
    np.testing.assert_array_equal(np.rint(motion), made.motion)
    np.testing.assert_array_equal(channels["depth.Z"], made.depth_m)
    assert {str(each) for each in spec.channelformats or [spec.format]} - {"float"} == (
        {"half"} if kind == "half" else set()
    )


def test_what_the_header_of_exr_says(tmp_path: Path) -> None:
    path = deliver(tmp_path / "out", pictures=EXR, layers=True, space="acescg")[2]
    header = OpenEXR.File(str(path), header_only=True).header()
    assert header["imageCounter"] == 1003
    assert header["colorInteropID"] == "lin_ap1_scene"
    assert header["chromaticities"] == pytest.approx(
        OpenEXR.colorInteropIDToChromaticities("lin_ap1_scene")
    )
    assert header["mimo"] == "a note"
    assert "premultiplied" in header["comments"]
    _, spec = read(path)
    assert spec.getattribute("smpte:TimeCode")[0] == 0x01000002  # binary coded decimals


def test_openimageio_s_own_tool_reads_what_it_is(tmp_path: Path) -> None:
    """Layers, timecode, number and a difference, as a studio looks at them."""
    paths = deliver(tmp_path / "out", pictures=EXR, layers=True, space="acescg")
    again = deliver(tmp_path / "again", pictures=EXR, layers=True, space="acescg")
    tool = Path(sys.executable).with_name("oiiotool")

    def told(*arguments: object) -> tuple[int, str]:
        command = [tool, *map(str, arguments)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        return ran.returncode, ran.stdout

    code, said = told("--info", "-v", paths[1])
    assert code == 0
    channels = re.search(r"channel list: (.*)", said)
    assert channels is not None
    layers_of = {name.split(" ")[0].rpartition(".")[0] for name in channels[1].split(", ")}
    assert layers_of == {"", "human", "scene", "occlusion", "matte", "motion", "depth"}
    assert "smpte:TimeCode: 01:00:00:01" in said
    assert "ImageCounter: 1002" in said or "imageCounter: 1002" in said
    assert told(paths[1], again[1], "--diff")[0] == 0
    assert told(paths[1], again[2], "--diff")[0] != 0


@pytest.mark.parametrize("form", [PNG16, TIFF16])
def test_16_bits_are_the_formula_to_the_code(tmp_path: Path, form: FrameFormat) -> None:
    path = deliver(tmp_path / "out", pictures=form)[1]
    codes = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)[..., ::-1]
    assert codes.dtype == np.uint16
    made = layers(1)
    human, cover = made.human / CODES, made.occlusion[..., None] / 255
    frame = made.scene / 255 * (1 - human[..., 3:]) + human[..., :3]
    expected = np.rint(CODES * (frame * (1 - cover) + made.source / 255 * cover))
    assert np.abs(codes - expected).max() <= 1
    bare = (made.human[..., 3] == 0) & (made.occlusion == 0)
    np.testing.assert_array_equal(codes[bare], 257 * made.scene[bare].astype(int))
    _, spec = read(path)
    said = spec.get_string_attribute("ImageDescription")
    assert said == "colour space srgb, alpha none, timecode 01:00:00:01"
    assert "a note" in (
        spec.get_string_attribute("mimo"),
        spec.get_string_attribute("DocumentName"),
    )


@pytest.mark.parametrize(
    ("form", "alpha"),
    [
        (FrameFormat.PNG, AlphaMode.STRAIGHT),
        (PNG16, AlphaMode.STRAIGHT),
        (TIFF16, AlphaMode.STRAIGHT),
        (TIFF16, AlphaMode.PREMULTIPLIED),
        (EXR32, AlphaMode.PREMULTIPLIED),
    ],
)
def test_the_person_alone(tmp_path: Path, form: FrameFormat, alpha: AlphaMode) -> None:
    path = deliver(tmp_path / "out", pictures=form, alpha=alpha, space="srgb")[0]
    channels, spec = read(path)
    made = layers(0)
    matte = made.human[..., 3] / CODES * (1 - made.occlusion / 255)
    step = 1 / 255 if form is FrameFormat.PNG else 1e-4
    np.testing.assert_allclose(channels["A"], matte, atol=step)
    assert not channels["A"][FRONT].any()
    straight = made.human[..., :3] / np.maximum(made.human[..., 3:], 1)
    straight[matte == 0] = 0
    expected = straight * matte[..., None] if alpha is AlphaMode.PREMULTIPLIED else straight
    np.testing.assert_allclose(rgb_of(channels), expected, atol=step)
    assert expected[PERSON].max() == 1
    if form in (PNG16, TIFF16):
        assert f"alpha {alpha.value}" in spec.get_string_attribute("ImageDescription")
    if form is TIFF16:
        is_straight = spec.get_int_attribute("oiio:UnassociatedAlpha")
        assert is_straight == (alpha is AlphaMode.STRAIGHT)


def test_the_same_again_is_the_same_bytes(tmp_path: Path) -> None:
    for form in (PNG16, TIFF16, EXR):
        first, second = (
            [path.read_bytes() for path in deliver(tmp_path / f"{form}{i}", pictures=form)]
            for i in range(2)
        )
        assert first == second


def test_without_layers_it_is_the_frame_in_8_bits(tmp_path: Path) -> None:
    delivery = Delivery(pictures=PNG16, first_frame=7)
    with open_delivery(tmp_path / "out", delivery, clip(1)) as sink:
        sink.write(0, scene(0))
    codes = cv2.imread(str(tmp_path / "out" / "frame.0007.png"), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(codes[..., ::-1], 257 * scene(0).astype(int))

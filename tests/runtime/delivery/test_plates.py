"""Plates: where nobody is, the result has the plate's codes, in 8, 10 and 16 bits and in float."""

from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import OpenEXR
import pytest
from numpy.typing import NDArray

from mimo_runtime.delivery.delivery import Delivery, PlateHolds, ScenePlate
from mimo_runtime.delivery.opening import open_delivery
from mimo_runtime.errors import MediaError
from mimo_runtime.frame_folder import FrameFormat
from mimo_runtime.synthesis.frame_layers import CODES

from .painted import FRONT, HEIGHT_PX, PERSON, RATE_FPS, REPLACED, WIDTH_PX, beauty, clip, layers

SHAPE = HEIGHT_PX, WIDTH_PX, 3


def codes_of(index: int, bits: int = 16) -> NDArray[np.uint16]:
    return np.random.default_rng(index).integers(0, 1 << bits, SHAPE, np.uint16)


def write_png16(folder: Path, first: int = 1001) -> Path:
    for index in range(3):
        path = folder / f"plate.{first + index}.png"
        cv2.imwrite(str(path), np.ascontiguousarray(codes_of(index)[..., ::-1]))
    return folder / "plate.####.png"


def deliver(
    folder: Path, plate: ScenePlate, pictures: FrameFormat, space: str | None = None
) -> None:
    delivery = Delivery(pictures=pictures, first_frame=1001, plate=plate, space=space)
    with open_delivery(folder, delivery, clip()) as sink:
        for index in range(3):
            sink.write(index, beauty(index), layers(index))


def read(path: Path) -> NDArray[Any]:
    if path.suffix == ".exr":
        pixels: NDArray[Any] = OpenEXR.File(str(path)).channels()["RGB"].pixels
        return pixels
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_UNCHANGED)[..., ::-1])


def bare(index: int) -> NDArray[np.bool_]:
    made = layers(index)
    return (made.human[..., 3] == 0) & (made.occlusion == 0)


@pytest.mark.parametrize("form", [FrameFormat.PNG16, FrameFormat.TIFF16])
def test_16_bits_stay_to_the_code(tmp_path: Path, form: FrameFormat) -> None:
    deliver(tmp_path / "out", ScenePlate(write_png16(tmp_path), 1001), form)
    for index in range(3):
        codes = read(tmp_path / "out" / f"frame.{1001 + index}.{form.suffix}")
        where = bare(index)
        np.testing.assert_array_equal(codes[where], codes_of(index)[where])
        human = layers(index).human[60, 120]
        assert (codes[60, 120] == human[:3]).all()
        soft = codes_of(index)[45, 150] * (1 - 32767 / CODES) + 32767
        np.testing.assert_allclose(codes[45, 150], soft, atol=1)
        source = 257 * layers(index).source.astype(int)
        np.testing.assert_array_equal(codes[FRONT], source[FRONT])


def test_10_bits_of_a_video_stay_to_the_code(tmp_path: Path) -> None:
    """Lossless 10-bit RGB, as FFmpeg's own decoder gives it."""
    path = tmp_path / "plate.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=RATE_FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH_PX, HEIGHT_PX, "gbrp10le"
        for index in range(4):
            wide = codes_of(index, 10) << 6
            frame = av.VideoFrame.from_ndarray(wide, format="rgb48le").reformat(format="gbrp10le")
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    deliver(tmp_path / "out", ScenePlate(path, 1001), FrameFormat.PNG16)
    with av.open(str(path)) as container:
        decoded = [frame.to_ndarray(format="gbrp10le") for frame in container.decode(video=0)]
    for index in range(3):
        codes = read(tmp_path / "out" / f"frame.{1001 + index}.png")
        stored = np.asarray(decoded[index])
        if stored.shape != SHAPE:
            stored = stored.transpose(1, 2, 0)
        where = bare(index)
        np.testing.assert_array_equal(codes[where] >> 6, stored[where])


@pytest.mark.parametrize("form", [FrameFormat.EXR, FrameFormat.EXR32])
def test_floats_above_white_stay_as_they_are(tmp_path: Path, form: FrameFormat) -> None:
    kind = np.float16 if form is FrameFormat.EXR else np.float32
    plates = [np.random.default_rng(index).uniform(0, 30, SHAPE).astype(kind) for index in range(3)]
    for index, plate in enumerate(plates):
        OpenEXR.File({}, {"RGB": plate}).write(str(tmp_path / f"plate.{index + 5}.exr"))
    plate = ScenePlate(tmp_path / "plate.%d.exr", 5, "acescg")
    deliver(tmp_path / "out", plate, form, "acescg")
    for index in range(3):
        pixels = read(tmp_path / "out" / f"frame.{1001 + index}.exr")
        assert pixels.dtype == kind
        where = bare(index)
        np.testing.assert_array_equal(pixels[where], plates[index][where])
        assert pixels[60, 120].max() < 2  # the person is no brighter for the scene


def test_a_plate_of_the_driving_video_holds_what_is_in_front_and_nobody(tmp_path: Path) -> None:
    plate = ScenePlate(write_png16(tmp_path), 1001, holds=PlateHolds.DRIVING)
    deliver(tmp_path / "out", plate, FrameFormat.PNG16)
    made = layers(0)
    codes, own = read(tmp_path / "out" / "frame.1001.png"), codes_of(0)
    where = bare(0) & (made.replaced == 0)
    assert 0.5 < where.mean() < 0.9
    np.testing.assert_array_equal(codes[where], own[where])
    np.testing.assert_array_equal(codes[FRONT], own[FRONT])
    middle = slice(REPLACED[0].start + 6, 70), slice(REPLACED[1].start + 6, 84)
    np.testing.assert_array_equal(codes[middle], 257 * made.scene[middle].astype(int))
    assert not made.replaced[PERSON[0].start, 200:].any()


def test_overscan_is_cut_off_and_what_a_data_window_leaves_out_is_black(tmp_path: Path) -> None:
    """As nodes of compositors write them: pixels beyond the frame, or those of a part alone."""
    whole = (codes_of(0) / 65536).astype(np.float16)
    display = ((0, 0), (WIDTH_PX - 1, HEIGHT_PX - 1))
    wide = np.pad(whole, ((4, 6), (10, 2), (0, 0)), constant_values=9)
    parts = {
        "overscan": (((-10, -4), (WIDTH_PX + 1, HEIGHT_PX + 5)), wide),
        "part": (((20, 10), (219, 89)), np.ascontiguousarray(whole[10:90, 20:220])),
    }
    for name, (window, pixels) in parts.items():
        header = {"dataWindow": window, "displayWindow": display}
        OpenEXR.File(header, {"RGB": pixels}).write(str(tmp_path / f"{name}.exr"))
        deliver(tmp_path / name, ScenePlate(tmp_path / f"{name}.exr", 1), FrameFormat.EXR)
    expected = np.zeros_like(whole)
    expected[10:90, 20:220] = whole[10:90, 20:220]
    seen = bare(0)
    for name, codes in (("overscan", whole), ("part", expected)):
        made = read(tmp_path / name / "frame.1001.exr")
        np.testing.assert_array_equal(made[seen], codes[seen])


def test_alpha_of_a_plate_changes_nothing_and_links_are_followed(tmp_path: Path) -> None:
    folder = tmp_path / "a shot's plates"
    folder.mkdir()
    clear = np.dstack([codes_of(0)[..., ::-1], np.zeros(SHAPE[:2], np.uint16)])
    cv2.imwrite(str(tmp_path / "stored.png"), clear)
    for number in range(1001, 1004):
        (folder / f"plate_v2_{number}.png").symlink_to(tmp_path / "stored.png")
    deliver(tmp_path / "out", ScenePlate(folder / "plate_v2_%04d.png", 1001), FrameFormat.PNG16)
    seen = bare(0)
    np.testing.assert_array_equal(
        read(tmp_path / "out" / "frame.1001.png")[seen], codes_of(0)[seen]
    )


def test_what_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    write_png16(tmp_path)
    cases = [
        ("plate.####.png", 1003, "has no pictures 1004-1005; give a picture for each frame, or"),
        ("damaged.png", 1, r"damaged\.png' cannot be read: .*; give a picture for each frame"),
        ("none.png", 1, r"none\.png' has no picture; give"),
        ("grey.png", 1, "cannot be read: it has no red, green, blue; give"),
        ("small.png", 1, "has 8x6 pixels, and the shot 256x144; give a plate of that size"),
        ("none.mov", 1, r"There is no plate '.*none\.mov'; name a file that is there"),
        ("damaged.mov", 1, "cannot be read: .*; give another file"),
        ("short.mov", 1, "has 1 frames, and the frames up to 3 of the shot are asked for"),
    ]
    cv2.imwrite(str(tmp_path / "small.png"), np.zeros((6, 8, 3), np.uint16))
    cv2.imwrite(str(tmp_path / "grey.png"), np.zeros(SHAPE[:2], np.uint16))
    whole = (tmp_path / "plate.1001.png").read_bytes()
    (tmp_path / "damaged.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "damaged.mov").write_bytes(b"no video")
    with av.open(str(tmp_path / "short.mov"), "w") as container:
        stream = container.add_stream("mpeg4", rate=24)
        stream.width, stream.height, stream.pix_fmt = WIDTH_PX, HEIGHT_PX, "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.zeros(SHAPE, np.uint8), format="rgb24")
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    for name, first, sentence in cases:
        with pytest.raises(MediaError, match=sentence):
            deliver(tmp_path / "out", ScenePlate(tmp_path / name, first), FrameFormat.PNG16)
        assert not (tmp_path / "out").exists()

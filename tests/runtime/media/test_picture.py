import io
import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from mimo_runtime.errors import LimitExceededError, MediaError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.picture import encode_jpeg, encode_png, read_picture
from tests.pictures import blank_png

from .clips import picture
from .frames import psnr_db
from .pictures import encoded

RGB = picture(3)
ALPHA = np.dstack([RGB, RGB[..., 0]])


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF"])
def test_lossless_kinds_are_exact(limits: MediaLimits, kind: str) -> None:
    data = encoded(Image.fromarray(RGB), kind)
    np.testing.assert_array_equal(read_picture(data, "a", limits), RGB)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF"])
def test_lossy_kinds(limits: MediaLimits, kind: str) -> None:
    assert psnr_db(read_picture(encoded(Image.fromarray(RGB), kind), "a", limits), RGB) > 30


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_alpha_is_kept(limits: MediaLimits, kind: str) -> None:
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    data = encoded(Image.fromarray(ALPHA), kind, **options)
    np.testing.assert_array_equal(read_picture(data, "a", limits), ALPHA)


def test_grey_palette_and_16_bit_become_rgb(limits: MediaLimits) -> None:
    grey = Image.fromarray(RGB[..., 0])
    expected = RGB[..., :1].repeat(3, 2)
    deep = Image.fromarray(RGB[..., 0].astype(np.uint16) * 257)
    for image in (grey, grey.convert("P"), deep):
        np.testing.assert_array_equal(read_picture(encoded(image, "PNG"), "a", limits), expected)


def test_a_transparent_palette_colour_is_alpha(limits: MediaLimits) -> None:
    data = encoded(Image.fromarray(RGB[..., 0]).convert("P"), "PNG", transparency=0)
    alpha = read_picture(data, "a", limits)[..., 3]
    np.testing.assert_array_equal(alpha, np.where(RGB[..., 0] == 0, 0, 255))


@pytest.mark.parametrize("is_packed", [False, True])
def test_what_an_image_generator_writes_about_itself_does_not_matter(
    limits: MediaLimits, is_packed: bool
) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("workflow", "1234567," * 400_000, zip=is_packed)
    info.add_itxt("prompt", "x" * 2_000_000, zip=is_packed)
    stream = io.BytesIO()
    Image.fromarray(picture(1)).save(stream, "PNG", pnginfo=info)
    np.testing.assert_array_equal(read_picture(stream.getvalue(), "a", limits), picture(1))


def test_a_tiff_for_large_files_is_read(limits: MediaLimits) -> None:
    stream = io.BytesIO()
    Image.fromarray(picture(1)).save(stream, "TIFF", big_tiff=True)
    np.testing.assert_array_equal(read_picture(stream.getvalue(), "a", limits), picture(1))


def test_the_camera_orientation_is_applied(limits: MediaLimits) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned clockwise
    data = encoded(Image.fromarray(RGB), "PNG", exif=exif)
    np.testing.assert_array_equal(read_picture(data, "a", limits), np.rot90(RGB, -1))


def test_png_round_trip(limits: MediaLimits) -> None:
    np.testing.assert_array_equal(read_picture(encode_png(RGB), "a", limits), RGB)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "TIFF"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.95])
def test_cut_off_pictures(limits: MediaLimits, kind: str, share: float) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (48, 64, 3), np.uint8)
    data = encoded(Image.fromarray(noise), kind)
    with pytest.raises(MediaError, match=r"'cut\.png'"):
        read_picture(data[: int(len(data) * share)], "cut.png", limits)


@pytest.mark.parametrize(
    "data",
    [b"", b"GIF89a" + bytes(100), b"<svg/>", b"%!PS-Adobe", b"\x89PNG\r\n\x1a\n" + bytes(99)],
)
def test_what_is_no_picture(limits: MediaLimits, data: bytes) -> None:
    with pytest.raises(MediaError, match=r"'odd'"):
        read_picture(data, "odd", limits)


@pytest.mark.parametrize("tags", [{50706: b"\1\4\0\0"}, {254: 1}])
def test_the_thumbnail_of_a_raw_picture_is_not_taken_for_it(
    limits: MediaLimits, tags: dict[int, object]
) -> None:
    data = encoded(Image.fromarray(RGB), "TIFF", tiffinfo=tags)
    with pytest.raises(MediaError, match=r"is a camera's raw picture; develop it"):
        read_picture(data, "DSC_0001.NEF", limits)
    plain = encoded(Image.fromarray(RGB), "TIFF", tiffinfo={254: 0})
    assert read_picture(plain, "a", limits).any()
    with pytest.raises(MediaError, match="is a camera's raw picture"):
        read_picture(plain[:8] + b"CR" + plain[10:], "IMG_0001.CR2", limits)


def test_a_bomb_is_refused_by_its_header(limits: MediaLimits) -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(99)))
    with pytest.raises(LimitExceededError, match=r"60000x60000 pixels.* accepted; make it smaller"):
        read_picture(data, "bomb.png", limits)


def test_a_transparent_level_of_16_bit_grey_is_alpha(limits: MediaLimits) -> None:
    deep = RGB[..., 0].astype(np.uint16) * 257
    data = encoded(Image.fromarray(deep), "PNG", transparency=0)
    found = read_picture(data, "a", limits)
    np.testing.assert_array_equal(found[..., 3], np.where(deep == 0, 0, 255))
    np.testing.assert_array_equal(found[..., 0], RGB[..., 0])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_a_large_picture_is_reduced(limits: MediaLimits, kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    large = Image.fromarray(RGB).resize((512, 384))
    data = encoded(large, kind, exif=exif)
    found = read_picture(data, "a", replace(limits, reduced_picture_px=64 * 48))
    expected = RGB if orientation == 1 else np.rot90(RGB, -1)
    assert found.shape == expected.shape
    assert psnr_db(found, expected) > 27


def test_a_photo_of_48_megapixels_within_the_memory(limits: MediaLimits) -> None:
    data = encoded(Image.fromarray(RGB).resize((8064, 6048)), "JPEG")
    found = read_picture(data, "a", replace(limits, decode_memory_bytes=200 << 20))
    assert found.shape[0] * found.shape[1] <= limits.reduced_picture_px
    assert psnr_db(found, np.asarray(Image.fromarray(RGB).resize(found.shape[1::-1]))) > 30


def test_limits(limits: MediaLimits) -> None:
    data = encode_png(RGB)
    assert read_picture(data, "a", replace(limits, max_picture_px=64 * 48)).shape == (48, 64, 3)
    with pytest.raises(LimitExceededError, match="64x48 pixels"):
        read_picture(data, "a", replace(limits, max_picture_px=64 * 48 - 1))
    with pytest.raises(LimitExceededError, match="encode it smaller"):
        read_picture(data, "a", replace(limits, max_file_bytes=10))


@pytest.mark.parametrize("size_px", [(90_000, 10), (10, 90_000), (32_000_000, 1), (17, 1)])
def test_a_thin_picture_is_refused_by_its_header(
    limits: MediaLimits, size_px: tuple[int, int]
) -> None:
    with pytest.raises(LimitExceededError, match=f"{size_px[0]}x{size_px[1]} pixels"):
        read_picture(blank_png(*size_px), "thin.png", limits)


def test_the_square_around_a_long_picture_is_small(limits: MediaLimits) -> None:
    found = read_picture(blank_png(1_024, 16_384), "long.png", limits)
    assert found.shape == (8_192, 512, 3)


def test_jpeg_of_ours_has_its_colours_in_their_order() -> None:
    with Image.open(io.BytesIO(encode_jpeg(RGB, 95))) as found:
        assert found.format == "JPEG"
        assert psnr_db(np.asarray(found), RGB) > 30
    assert len(encode_jpeg(RGB, 30)) < len(encode_jpeg(RGB, 95))

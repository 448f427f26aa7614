import io
import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageCms

from mimo_runtime.errors import LimitExceededError, MediaError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.picture import encode_png, read_picture

from .clips import picture
from .frames import psnr_db

RGB = picture(3)
ALPHA = np.dstack([RGB, RGB[..., 0]])


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


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


def test_a_bomb_is_refused_by_its_header(limits: MediaLimits) -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(99)))
    with pytest.raises(LimitExceededError, match=r"60000x60000 pixels.* accepted; make it smaller"):
        read_picture(data, "bomb.png", limits)


DISPLAY_P3 = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
ADOBE_RGB = ((0.640, 0.330), (0.210, 0.710), (0.150, 0.060))


def profile(primaries: tuple[tuple[float, float], ...], gamma: float) -> bytes:
    """An ICC profile (v2) of three primaries with the white D65 adapted to D50, and one gamma."""
    bradford = np.array(
        [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
    )
    d50, d65 = (0.9642, 1.0, 0.8249), (0.9504, 1.0, 1.0888)
    columns = np.array([[x / y, 1, (1 - x - y) / y] for x, y in primaries]).T
    columns = columns * np.linalg.solve(columns, d65)
    scale = np.diag((bradford @ d50) / (bradford @ d65))
    adapted = np.linalg.inv(bradford) @ scale @ bradford @ columns

    def xyz(values) -> bytes:
        return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(v * 65536) for v in values))

    text = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"Test\0" + bytes(79)
    curve = b"curv\0\0\0\0" + struct.pack(">IHxx", 1, round(gamma * 256))
    tags = {b"desc": text, b"cprt": b"text\0\0\0\0CC0\0", b"wtpt": xyz(d50)}
    tags |= {name: xyz(adapted[:, k]) for k, name in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    table, body, offset = struct.pack(">I", len(tags)), b"", 132 + 12 * len(tags)
    for name, content in tags.items():
        content += bytes(-len(content) % 4)
        table += name + struct.pack(">II", offset + len(body), len(content))
        body += content
    header = struct.pack(">I4xI4s4s4s12x4s28x", offset + len(body), 0x02100000, b"mntr",
                         b"RGB ", b"XYZ ", b"acsp")  # fmt: skip
    header += struct.pack(">3i", *(round(v * 65536) for v in d50)) + bytes(48)
    return header + table + body


def in_gamut(primaries, gamma: float) -> np.ndarray:
    """RGB that `profile` gives the colours of RGB, by matrices."""
    matrices = [space_of(p) for p in (((0.64, 0.33), (0.3, 0.6), (0.15, 0.06)), primaries)]
    light = np.where(RGB / 255 <= 0.04045, RGB / 255 / 12.92, ((RGB / 255 + 0.055) / 1.055) ** 2.4)
    wide = np.clip(light @ matrices[0].T @ np.linalg.inv(matrices[1]).T, 0, 1) ** (1 / gamma)
    return np.rint(wide * 255).astype(np.uint8)


def space_of(primaries) -> np.ndarray:
    columns = np.array([[x / y, 1, (1 - x - y) / y] for x, y in primaries]).T
    return columns * np.linalg.solve(columns, (0.9504, 1.0, 1.0888))


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "JPEG", "WEBP", "AVIF"])
@pytest.mark.parametrize(("primaries", "gamma"), [(DISPLAY_P3, 2.2), (ADOBE_RGB, 2.19921875)])
def test_colour_profiles_are_applied(limits: MediaLimits, kind: str, primaries, gamma) -> None:
    image = Image.fromarray(in_gamut(primaries, gamma))
    lossless = {"WEBP": {"lossless": True}, "JPEG": {"quality": 100, "subsampling": 0},
                "AVIF": {"quality": 100, "subsampling": "4:4:4"}}.get(kind, {})  # fmt: skip
    data = encoded(image, kind, icc_profile=profile(primaries, gamma), **lossless)
    error = np.abs(read_picture(data, "a", limits).astype(int) - RGB)
    assert error.mean() < 1.5
    ignored = np.abs(read_picture(encoded(image, kind, **lossless), "a", limits).astype(int) - RGB)
    assert ignored.mean() > 2 * error.mean()


def test_a_profile_leaves_the_alpha_alone(limits: MediaLimits) -> None:
    wide = np.dstack([in_gamut(DISPLAY_P3, 2.2), ALPHA[..., 3]])
    data = encoded(Image.fromarray(wide), "PNG", icc_profile=profile(DISPLAY_P3, 2.2))
    found = read_picture(data, "a", limits)
    np.testing.assert_array_equal(found[..., 3], ALPHA[..., 3])
    assert np.abs(found[..., :3].astype(int) - RGB).mean() < 1.5


def test_a_broken_or_foreign_profile_is_taken_as_none(limits: MediaLimits) -> None:
    grey = Image.fromarray(RGB[..., 0])
    for image, given in ((Image.fromarray(RGB), b"not a profile"), (grey, profile(ADOBE_RGB, 2.2))):
        expected = np.asarray(image.convert("RGB"))
        data = encoded(image, "PNG", icc_profile=given)
        np.testing.assert_array_equal(read_picture(data, "a", limits), expected)


def test_the_profile_of_srgb_changes_nothing(limits: MediaLimits) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = encoded(Image.fromarray(RGB), "PNG", icc_profile=srgb)
    np.testing.assert_array_equal(read_picture(data, "a", limits), RGB)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_without_a_profile(limits: MediaLimits, kind: str) -> None:
    options = {"quality": 100, "subsampling": 0} if kind == "JPEG" else {}
    data = encoded(Image.fromarray(RGB).convert("CMYK"), kind, **options)
    assert np.abs(read_picture(data, "a", limits).astype(int) - RGB).mean() < 1.5


def test_lab_becomes_rgb(limits: MediaLimits) -> None:
    to_lab = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
    )
    data = encoded(ImageCms.applyTransform(Image.fromarray(RGB), to_lab), "TIFF")
    assert np.abs(read_picture(data, "a", limits).astype(int) - RGB).mean() < 3


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


def test_heic_has_its_own_sentence(limits: MediaLimits) -> None:
    data = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100)
    with pytest.raises(MediaError, match=r"HEIC picture.*save it as JPEG"):
        read_picture(data, "me.heic", limits)


def test_limits(limits: MediaLimits) -> None:
    data = encode_png(RGB)
    assert read_picture(data, "a", replace(limits, max_picture_px=64 * 48)).shape == (48, 64, 3)
    with pytest.raises(LimitExceededError, match="64x48 pixels"):
        read_picture(data, "a", replace(limits, max_picture_px=64 * 48 - 1))
    with pytest.raises(LimitExceededError, match="encode it smaller"):
        read_picture(data, "a", replace(limits, max_file_bytes=10))

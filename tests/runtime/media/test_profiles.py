"""Pictures with colour profiles are converted by them."""

import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.picture import read_picture

from .clips import picture
from .icc import D50, icc_profile, xyz
from .pictures import encoded
from .press import press_profile, printed

RGB = picture(3)
ALPHA = np.dstack([RGB, RGB[..., 0]])
DISPLAY_P3 = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
ADOBE_RGB = ((0.640, 0.330), (0.210, 0.710), (0.150, 0.060))


def profile(primaries: tuple[tuple[float, float], ...], gamma: float) -> bytes:
    """An ICC profile (v2) of three primaries with the white D65 adapted to D50, and one gamma."""
    bradford = np.array(
        [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
    )
    d65 = (0.9504, 1.0, 1.0888)
    columns = np.array([[x / y, 1, (1 - x - y) / y] for x, y in primaries]).T
    columns = columns * np.linalg.solve(columns, d65)
    scale = np.diag((bradford @ D50) / (bradford @ d65))
    adapted = np.linalg.inv(bradford) @ scale @ bradford @ columns

    curve = b"curv\0\0\0\0" + struct.pack(">IHxx", 1, round(gamma * 256))
    tags = {name: xyz(adapted[:, k]) for k, name in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    return icc_profile(b"mntr", b"RGB ", b"XYZ ", tags)


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


def levels_of(light: np.ndarray) -> np.ndarray:
    """sRGB levels of light from 0 to 1."""
    return 255 * np.where(light < 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def test_a_profile_is_told_by_what_it_does_and_not_by_its_name(limits: MediaLimits) -> None:
    """GIMP's and Krita's linear profiles are called "sRGB" too."""
    srgb = ((0.64, 0.33), (0.3, 0.6), (0.15, 0.06))
    linear = profile(srgb, 1.0).replace(b"Test\0", b"sRGB\0")
    data = encoded(Image.fromarray(RGB), "PNG", icc_profile=linear)
    assert np.abs(read_picture(data, "a", limits) - levels_of(RGB / 255)).max() < 3


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_grey_by_its_profile(limits: MediaLimits, kind: str) -> None:
    grey = np.arange(256, dtype=np.uint8)[None].repeat(16, 0)
    curve = b"curv\0\0\0\0" + struct.pack(">IHxx", 1, round(1.8 * 256))
    given = icc_profile(b"mntr", b"GRAY", b"XYZ ", {b"kTRC": curve})
    options = {"quality": 100} if kind == "JPEG" else {}
    found = read_picture(
        encoded(Image.fromarray(grey), kind, icc_profile=given, **options), "a", limits
    )
    assert np.abs(found - levels_of((grey / 255) ** 1.8)[..., None]).max() < 2


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_without_a_profile(limits: MediaLimits, kind: str) -> None:
    options = {"quality": 100, "subsampling": 0} if kind == "JPEG" else {}
    data = encoded(Image.fromarray(RGB).convert("CMYK"), kind, **options)
    assert np.abs(read_picture(data, "a", limits).astype(int) - RGB).mean() < 1.5


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_is_printed_by_its_profile(limits: MediaLimits, kind: str) -> None:
    inks = np.random.default_rng(0).integers(0, 256, (6, 8, 4)).repeat(16, 0).repeat(16, 1)
    inks[..., 3] //= 2
    light = printed(inks / 255)
    levels = levels_of(light)
    image = Image.fromarray(inks.astype(np.uint8), "CMYK")
    options = {"quality": 100, "subsampling": 0} if kind == "JPEG" else {}
    data = encoded(image, kind, icc_profile=press_profile(), **options)
    assert np.abs(read_picture(data, "a", limits) - levels).mean() < 1.5
    ignored = read_picture(encoded(image, kind, **options), "a", limits)
    assert np.abs(ignored - levels).mean() > 10


def test_lab_becomes_rgb(limits: MediaLimits) -> None:
    to_lab = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
    )
    data = encoded(ImageCms.applyTransform(Image.fromarray(RGB), to_lab), "TIFF")
    assert np.abs(read_picture(data, "a", limits).astype(int) - RGB).mean() < 3

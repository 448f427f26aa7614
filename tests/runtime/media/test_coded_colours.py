"""Pictures that say their colours by numbers: cICP, gAMA and cHRM of PNG, nclx of AVIF."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from mimo_runtime.media.clip import HLG, PQ
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.picture import read_picture

from .clips import picture
from .pictures import encoded
from .test_hdr import encoded as hdr_encoded
from .test_profiles import ADOBE_RGB, DISPLAY_P3, space_of

RGB = picture(3)
LIGHT = np.where(RGB / 255 <= 0.04045, RGB / 255 / 12.92, ((RGB / 255 + 0.055) / 1.055) ** 2.4)
SRGB = ((0.64, 0.33), (0.3, 0.6), (0.15, 0.06))
D65 = (0.3127, 0.3290)
TRANSFERS = {HLG: 18, PQ: 16}


def png(signal: np.ndarray, chunks: dict[bytes, bytes], bits: int = 8) -> bytes:
    """A PNG of `signal` 0..1, [height, width] or [height, width, 3 or 4]."""
    levels = np.rint(signal.clip(0, 1) * (2**bits - 1)).astype(f">u{bits // 8}")
    colours = {2: 0, 3: {3: 2, 4: 6}.get(signal.shape[-1], 0)}[signal.ndim]
    head = struct.pack(">IIBBBBB", signal.shape[1], signal.shape[0], bits, colours, 0, 0, 0)
    rows = b"".join(b"\0" + row.tobytes() for row in levels)
    parts = {b"IHDR": head, **chunks, b"IDAT": zlib.compress(rows), b"IEND": b""}
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts.items()
    )


def light_in(primaries) -> np.ndarray:
    return (LIGHT @ space_of(SRGB).T @ np.linalg.inv(space_of(primaries)).T).clip(0, 1)


def srgb_signal(light: np.ndarray) -> np.ndarray:
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def gamma(value: float) -> bytes:
    return struct.pack(">I", round(1e5 * value))


def places(primaries) -> bytes:
    return struct.pack(">8I", *(round(1e5 * v) for v in (*D65, *np.ravel(primaries))))


def error(data: bytes, limits: MediaLimits) -> float:
    return float(np.abs(read_picture(data, "a", limits)[..., :3].astype(int) - RGB).mean())


SAID = {
    "linear": (LIGHT, {b"gAMA": gamma(1)}, 16),
    "of old screens": (LIGHT ** (1 / 1.8), {b"gAMA": gamma(1 / 1.8)}, 8),
    "Adobe RGB": (light_in(ADOBE_RGB) ** (1 / 2.2),
                  {b"cHRM": places(ADOBE_RGB), b"gAMA": gamma(1 / 2.2)}, 8),
    "P3 by code points": (srgb_signal(light_in(DISPLAY_P3)), {b"cICP": bytes((12, 13, 0, 1))}, 8),
    "linear by code points": (LIGHT, {b"cICP": bytes((1, 8, 0, 1))}, 16),
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(SAID))
def test_a_png_is_shown_as_it_says(limits: MediaLimits, kind: str) -> None:
    signal, chunks, bits = SAID[kind]
    assert error(png(signal, chunks, bits), limits) < 1.5  # linear light has few levels of 8 bits
    assert error(png(signal, {}, bits), limits) > 5


@pytest.mark.parametrize(
    "chunks",
    [
        {b"gAMA": gamma(0.45455)}, {b"gAMA": gamma(0.45455), b"cHRM": places(SRGB)},
        {b"sRGB": b"\0", b"gAMA": gamma(1)}, {b"cICP": bytes((1, 13, 0, 1)), b"gAMA": gamma(1)},
        {b"gAMA": gamma(0)}, {b"gAMA": gamma(1 / 1.8), b"cHRM": bytes(32)},
    ],
    ids=["usual", "usual with places", "sRGB first", "code points first", "no gamma", "no places"],
)  # fmt: skip
def test_a_png_that_says_the_usual_or_nonsense_stays(limits: MediaLimits, chunks: dict) -> None:
    np.testing.assert_array_equal(read_picture(png(RGB / 255, chunks), "a", limits), RGB)


@pytest.mark.parametrize("transfer", [HLG, PQ])
def test_an_hdr_png_is_tone_mapped(limits: MediaLimits, transfer: str) -> None:
    signal = hdr_encoded(RGB, "bt2020", transfer, 203)
    alpha = np.linspace(0, 1, 64)[None].repeat(48, 0)
    data = png(np.dstack([signal, alpha]), {b"cICP": bytes((9, TRANSFERS[transfer], 0, 1))}, 16)
    assert error(data, limits) < 2
    found = read_picture(data, "a", limits)[..., 3]
    np.testing.assert_allclose(found, 255 * alpha, atol=1)


def test_grey_by_its_gamma(limits: MediaLimits) -> None:
    found = read_picture(png(LIGHT[..., 0], {b"gAMA": gamma(1)}, 16), "a", limits)
    assert np.abs(found - RGB[..., :1].astype(int)).mean() < 2


def test_code_points_of_avif(limits: MediaLimits) -> None:
    wide = Image.fromarray(np.rint(255 * srgb_signal(light_in(DISPLAY_P3))).astype(np.uint8))
    plain = encoded(wide, "AVIF", quality=100, subsampling="4:4:4")
    place = plain.index(b"colrnclx") + 8
    said = plain[:place] + struct.pack(">HH", 12, 13) + plain[place + 4 :]
    assert error(said, limits) < 2
    assert error(plain, limits) > 5

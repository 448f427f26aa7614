"""Decoding one picture with Pillow."""

import math
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, PngImagePlugin, UnidentifiedImageError

from mimo_runtime.errors import LimitExceededError, MediaError
from mimo_runtime.media.channel import Channel
from mimo_runtime.media.child.coded_colours import (
    HEAD_BYTES,
    CodePoints,
    code_points,
    gamma_profile,
    tone_mapped,
)
from mimo_runtime.media.child.completeness import check_whole
from mimo_runtime.media.child.profiles import to_srgb
from mimo_runtime.media.child.ring_writer import RingWriter
from mimo_runtime.media.decode_job import DecodeJob
from mimo_runtime.media.limits import MediaLimits

_DNG_VERSION, _SUBFILE, _REDUCED = 50706, 254, 1  # tags of TIFF, and what the second may say
_MAX_TEXT_BYTES = 64 << 20
_ALPHA_MODES = ("RGBA", "LA", "PA", "La", "RGBa")
_DEEP_MODES = ("I", "I;16", "I;16L", "I;16B", "I;16N")


def decode_picture(source: BinaryIO, job: DecodeJob, channel: Channel) -> None:
    """Check the size in the header, decode, and hand the pixels over in a ring.

    Raises:
        MediaError: the file is damaged or has pixels of a kind that is not accepted.
        LimitExceededError: it is larger than the job allows.
    """
    # Pillow's own guards warn on stderr, know nothing of our limits, and refuse the workflows that
    # image generators pack into PNG.
    Image.MAX_IMAGE_PIXELS = None
    PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = _MAX_TEXT_BYTES
    if job.container == "HEIF":
        check_whole(source, job.container, job.name)
        _register_heif()
    source.seek(0)
    head = source.read(HEAD_BYTES)
    points = code_points(head, job.container)
    source.seek(0)
    try:
        picture = Image.open(source, formats=[job.container])
    except UnidentifiedImageError:
        raise MediaError(
            f"'{job.name}' is a truncated or damaged {job.container} file, or of a kind of it that "
            "is not read; save it again, for instance as PNG."
        ) from None
    _refuse_raw(picture, head, job)
    _check_size(picture.width, picture.height, job)
    pixels = _pixels(picture, job, points)
    channel.send({"shape": [1, *pixels.shape]})
    writer = RingWriter(channel)
    writer.put(pixels)
    writer.flush()


def _register_heif() -> None:
    """Let Pillow open HEIC pictures: their main picture, turned as they say."""
    from pi_heif import register_heif_opener

    register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)


def _refuse_raw(picture: Image.Image, head: bytes, job: DecodeJob) -> None:
    """The first picture in a camera's file is a thumbnail (TIFF/EP, ISO 12234-2; DNG, 1.4)."""
    tags: Any = getattr(picture, "tag_v2", {})
    is_canon = job.container == "TIFF" and head[8:10] == b"CR"
    if is_canon or _DNG_VERSION in tags or tags.get(_SUBFILE, 0) & _REDUCED:
        raise MediaError(
            f"'{job.name}' is a camera's raw picture; develop it and save it as JPEG, PNG or TIFF."
        )


def reduction(width_px: int, height_px: int, limits: MediaLimits) -> int:
    """By which power of two a picture is to be reduced to be as small as `limits` say."""
    divisor = 1
    while True:
        width, height = math.ceil(width_px / divisor), math.ceil(height_px / divisor)
        small = width * height <= limits.reduced_picture_px
        if small and max(width, height) <= limits.reduced_side_px:
            return divisor
        divisor *= 2


def _check_size(width_px: int, height_px: int, job: DecodeJob) -> None:
    limits = job.limits
    longer, shorter = max(width_px, height_px), min(width_px, height_px)
    if width_px * height_px > limits.max_picture_px or longer > limits.max_picture_side_px:
        raise LimitExceededError(
            f"'{job.name}' has {width_px}x{height_px} pixels, more than the "
            f"{limits.max_picture_px} pixels, or {limits.max_picture_side_px} a side, accepted; "
            "make it smaller first."
        )
    if longer > limits.max_picture_aspect * shorter:
        raise LimitExceededError(
            f"'{job.name}' has {width_px}x{height_px} pixels, and a side of at most "
            f"{limits.max_picture_aspect:g} times the other is accepted; cut or pad it first."
        )


def _pixels(picture: Image.Image, job: DecodeJob, points: CodePoints | None) -> NDArray[np.uint8]:
    """uint8 [height, width, 3 or 4], upright, in sRGB, reduced as `MediaLimits` say.

    16-bit grey is reduced to 8 bits. A large JPEG is decoded at a half, a quarter or an eighth of
    its size (the draft mode of libjpeg), so that it never is in memory whole.
    """
    if picture.mode == "F":
        raise MediaError(f"'{job.name}' has floating-point pixels; save it with 8 bits a channel.")
    width_px, height_px = picture.size
    divisor = reduction(width_px, height_px, job.limits)
    size = math.ceil(width_px / divisor), math.ceil(height_px / divisor)
    if divisor > 1:
        picture.draft(None, (width_px // divisor, height_px // divisor))
    said = dict(picture.info)
    plain = _plain(picture)
    if plain.size != size:
        plain = plain.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    return np.asarray(ImageOps.exif_transpose(_in_srgb(plain, job.container, said, points)))


def _in_srgb(
    plain: Image.Image, kind: str, said: Mapping[Any, Any], points: CodePoints | None
) -> Image.Image:
    """`plain` in sRGB by what a file of `kind` has `said`; of a PNG code points count first."""
    profile = said.get("icc_profile")
    if points is not None and (kind == "PNG" or not profile):
        if points.is_hdr:
            return tone_mapped(plain, points)
        profile = points.profile()
    elif profile is None and (profile := gamma_profile(said)):
        plain = _coloured(plain)
    return to_srgb(plain, profile)


def _coloured(plain: Image.Image) -> Image.Image:
    return plain.convert({"L": "RGB", "LA": "RGBA"}.get(plain.mode, plain.mode))


def _plain(picture: Image.Image) -> Image.Image:
    """The same with whole levels of 8 bits, transparency as alpha, and no palette."""
    has_alpha = picture.mode in _ALPHA_MODES or "transparency" in picture.info
    if picture.mode in _DEEP_MODES:
        return _of_deep_grey(picture)
    if picture.mode in ("P", "PA"):
        return picture.convert("RGBA" if has_alpha else "RGB")
    if picture.mode in ("1", "La"):
        return picture.convert("LA" if has_alpha else "L")
    if has_alpha:
        return picture.convert("LA" if picture.mode in ("L", "LA") else "RGBA")
    return picture


def _of_deep_grey(picture: Image.Image) -> Image.Image:
    deep = np.asarray(picture).astype(np.uint32)
    grey = (deep >> 8).astype(np.uint8)
    key = picture.info.get("transparency")
    plain = Image.fromarray(grey)
    if isinstance(key, int):
        plain.putalpha(Image.fromarray(np.where(deep == key, 0, 255).astype(np.uint8)))
    plain.info["exif"] = picture.info.get("exif", b"")
    return plain

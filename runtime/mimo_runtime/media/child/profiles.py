"""Colour profiles of pictures, by LittleCMS."""

import io

import numpy as np
from PIL import Image, ImageCms

_SAME_LEVELS = 1  # what rounding leaves of a profile of sRGB
_COLOURS = {"RGB ": ("RGB",), "GRAY": ("L",), "CMYK": ("CMYK",), "Lab ": ("LAB",)}


def to_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """`picture` as RGB, or RGBA where it has alpha, in sRGB; what it says of its orientation stays.

    Relative colorimetric with black point compensation, as in Photoshop and browsers. A profile
    that is broken, or of another kind than the picture, is taken as none: that is sRGB; CMYK and
    Lab are then converted plainly.
    """
    has_alpha = picture.mode in ("RGBA", "LA")
    colours = picture.convert(picture.mode[:-1]) if has_alpha else picture
    converted = _converted(colours, profile) if profile or colours.mode == "LAB" else None
    result = colours.convert("RGB") if converted is None else converted
    if has_alpha:
        result.putalpha(picture.getchannel("A"))
    result.info = picture.info
    return result


def _converted(colours: Image.Image, profile: bytes | None) -> Image.Image | None:
    """In sRGB by the profile; None where there is nothing to do or nothing can be done."""
    try:
        given = ImageCms.ImageCmsProfile(
            io.BytesIO(profile) if profile else ImageCms.createProfile("LAB")
        )
        if colours.mode not in _COLOURS.get(given.profile.xcolor_space, ()):
            return None
        if colours.mode == "RGB" and _is_srgb(given):
            return None
        return _in_srgb(colours, given)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def _in_srgb(colours: Image.Image, given: ImageCms.ImageCmsProfile) -> Image.Image | None:
    return ImageCms.profileToProfile(
        colours,
        given,
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )


def _is_srgb(given: ImageCms.ImageCmsProfile) -> bool:
    """Whether it leaves colours as they are, whatever it is called: "linear sRGB" does not."""
    steps = np.arange(0, 256, 17, dtype=np.uint8)
    probe = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(len(steps), -1, 3)
    converted = _in_srgb(Image.fromarray(probe), given)
    if converted is None:
        return False
    return int(np.abs(np.asarray(converted).astype(int) - probe).max()) <= _SAME_LEVELS

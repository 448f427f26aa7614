"""Colour profiles of pictures, by LittleCMS."""

import io

from PIL import Image, ImageCms

_SAME = "sRGB"  # in the description of a profile that is what is wanted
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
        if _SAME in ImageCms.getProfileDescription(given):
            return None
        return ImageCms.profileToProfile(
            colours,
            given,
            ImageCms.createProfile("sRGB"),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None

"""The character picture: matted onto white, cropped, square."""

import numpy as np

from mimo_runtime.arrays import Pixels
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.media.matte import AlphaKind, alpha_of, own_matte
from mimo_runtime.planning.pixel_rect import PixelRect
from mimo_runtime.synthesis.crop import WHITE, cut_square
from mimo_runtime.synthesis.person import tight_box

_ALPHA_SENTENCES = {
    AlphaKind.ABSENT: "has no alpha channel that is not opaque everywhere, and no matte was given",
    AlphaKind.EMPTY: "has an alpha channel that is 0 everywhere, so that nothing of it is seen",
    AlphaKind.CARD: "has an alpha channel that holds the whole picture, background and all, "
    "and is no matte",
}


def _levels_on_white() -> Pixels:
    """uint8 [256, 256]: by matte and level, the level on a white ground, truncated as official."""
    opacity, level = np.arange(256)[:, np.newaxis] / 255, np.arange(256)
    return (level * opacity + 255 * (1 - opacity)).astype(np.uint8)


def prepare_character(picture: Pixels, matte: Pixels | None) -> Pixels:
    """The character on white, cropped to its matte and made square.

    Args:
        picture: uint8 [height, width, 3 or 4]; `own_matte` of it is taken if `matte` is None.
        matte: uint8 [height, width], 255 where the character is, 0 where it is not.

    Returns:
        uint8 [side, side, 3] RGB; the side is a multiple of 16 pixels.

    Raises:
        InvalidRequestError: there is no matte, it has another size, or it is 0 everywhere.
    """
    matte = _matte_of(picture, matte)
    person = tight_box(matte)
    if person is None:
        raise InvalidRequestError(
            "The character's matte is 0 everywhere, so no character is left; give a matte that "
            "is white where the character is."
        )
    matted = _levels_on_white()[matte[..., np.newaxis], picture[..., :3]]
    # Official: room above and below, none at the sides.
    room = int(person.height * 0.05)
    top, bottom = max(0, person.top - room), min(len(picture), person.bottom + room)
    return cut_square(matted, PixelRect(person.left, person.right, top, bottom), WHITE)


def on_white(picture: Pixels, matte: Pixels | None) -> Pixels:
    """The whole picture uint8 [height, width, 3], on white where it has a matte or `own_matte`.

    Raises:
        InvalidRequestError: the matte has another size.
    """
    if matte is None and own_matte(picture) is None:
        return picture[..., :3]
    matte = _matte_of(picture, matte)
    return _levels_on_white()[matte[..., np.newaxis], picture[..., :3]]


def _matte_of(picture: Pixels, matte: Pixels | None) -> Pixels:
    if matte is None:
        matte = own_matte(picture)
    if matte is None:
        raise InvalidRequestError(
            f"The character picture {_ALPHA_SENTENCES[alpha_of(picture)]}; give a picture with a "
            "transparent background (PNG or WebP), a character that was prepared from it, or a "
            "matte: a grey picture of the same size that is white where the character is."
        )
    if matte.shape != picture.shape[:2]:
        sizes = [f"{array.shape[1]}x{array.shape[0]}" for array in (matte, picture)]
        raise InvalidRequestError(
            f"The matte is {sizes[0]} pixels and the character picture {sizes[1]}; give a matte "
            "of the picture's size."
        )
    return matte

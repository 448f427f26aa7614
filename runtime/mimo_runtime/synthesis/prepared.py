"""A character made ready of a picture: found, matted, cut out, and fitted to a body."""

from dataclasses import dataclass, replace
from pathlib import Path

from mimo_runtime.analysis.estimators import open_estimators
from mimo_runtime.analysis.matting.matte import CharacterMatte
from mimo_runtime.analysis.matting.picture_quality import SEVERAL_PEOPLE
from mimo_runtime.arrays import Pixels
from mimo_runtime.characters.character import TEXTURE_PX, Character, make_character
from mimo_runtime.characters.figure import Figure
from mimo_runtime.characters.square import square_around
from mimo_runtime.errors import MediaError
from mimo_runtime.media.matte import AlphaKind, alpha_of, own_matte
from mimo_runtime.synthesis.matting import on_white

SIZE_PX = 768
_TILES = 2  # a picture is looked at once, so that small people beside the main one count as well


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A character and what may spoil it, sentences by their kind.

    `picture` is uint8 RGBA [size, size, 4]; `character` is None where nobody was found in a matte
    that was known: a drawing, a toy, a mascot.
    """

    picture: Pixels
    character: Character | None
    warnings: tuple[tuple[str, str], ...]

    def figure(self) -> Figure:
        """Raises MediaError where no body was found."""
        if self.character is None:
            raise MediaError(
                "No body was found in the picture of the character, and drafts and bundles that "
                "paint people draw on one; give a picture of a person, whole and from the front, "
                "or take a bundle that paints whole squares."
            )
        return self.character.figure


def prepare(
    picture: Pixels,
    matte: Pixels | None = None,
    models: Path | None = None,
    person: int | None = None,
    size_px: int = SIZE_PX,
    texture_px: int = TEXTURE_PX,
) -> Prepared:
    """The character of a picture uint8 [height, width, 3 or 4].

    Args:
        matte: uint8 [height, width]; without it the alpha channel, else it is found.
        models: a file of networks of the user's for the analysis.
        person: which one, counted from the left; without it the largest in the middle.
        size_px, texture_px: of the prepared pictures, and of the texture.

    Raises:
        MediaError: nobody is found, or the alpha channel is 0 everywhere.
        InvalidRequestError: there is no such person, or the matte has another size.
    """
    matte_found = _find(picture, matte, models, person)
    rgb = picture[..., :3]
    made = None
    if matte_found.body is not None:
        made = make_character(rgb, matte_found.alpha, matte_found.body, size_px, texture_px)
    square = square_around(matte_found.alpha, size_px).cut(rgb, matte_found.alpha)
    return Prepared(
        square, made, tuple((warning.kind, warning.text) for warning in matte_found.warnings)
    )


def _find(
    picture: Pixels, matte: Pixels | None, models: Path | None, person: int | None
) -> CharacterMatte:
    if matte is None and alpha_of(picture) is AlphaKind.EMPTY:
        raise MediaError(
            "The alpha channel of the character picture is 0 everywhere, so that nothing of it is "
            "to be seen; save it without alpha, or give a matte."
        )
    own = own_matte(picture) if matte is None else matte
    estimators = open_estimators(models, tiles=_TILES)
    cut_out = estimators.characters.find(on_white(picture, matte), person, own)
    if person is None:
        return cut_out
    kept = tuple(warning for warning in cut_out.warnings if warning.kind != SEVERAL_PEOPLE)
    return replace(cut_out, warnings=kept)

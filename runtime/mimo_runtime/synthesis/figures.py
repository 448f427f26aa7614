"""The figure of whoever is to be drawn: read from a character folder, or made of a picture."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.analysis.finders import open_finders
from mimo_runtime.analysis.matte import CharacterMatte
from mimo_runtime.analysis.picture_quality import SEVERAL_PEOPLE
from mimo_runtime.characters.character import Character, make_character
from mimo_runtime.characters.figure import Figure, read_figure
from mimo_runtime.characters.folder import PICTURE, RECORD
from mimo_runtime.synthesis.character import on_white, own_matte

Pixels = NDArray[np.uint8]

SIZE_PX = 768


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A character and what may spoil it, sentences by their kind."""

    character: Character
    warnings: tuple[tuple[str, str], ...]


def prepare(
    picture: Pixels,
    matte: Pixels | None = None,
    models: Path | None = None,
    person: int | None = None,
    size_px: int = SIZE_PX,
) -> Prepared:
    """The character of a picture uint8 [height, width, 3 or 4].

    Args:
        matte: uint8 [height, width]; without it the alpha channel, else it is found.
        models: a file of networks of the user's for the analysis.
        person: which one, counted from the left; without it the largest in the middle.
        size_px: of the prepared pictures.

    Raises:
        MediaError: nobody is found, or the body does not lie on them.
        InvalidRequestError: there is no such person, or the matte has another size.
    """
    found = _find(picture, matte, models, person)
    made = make_character(picture[..., :3], found.alpha, found.body, size_px)
    return Prepared(made, tuple((one.kind, one.text) for one in found.warnings))


def figure_beside(picture: Path) -> Figure | None:
    """The figure of the character folder whose picture that is; None for any other file.

    Raises MediaError where the folder is damaged or of an earlier version.
    """
    if picture.name != PICTURE or not (picture.parent / RECORD).is_file():
        return None
    return read_figure(picture.parent)


def _find(
    picture: Pixels, matte: Pixels | None, models: Path | None, person: int | None
) -> CharacterMatte:
    found = open_finders(models).characters.find(on_white(picture, matte), person)
    if person is not None:
        kept = tuple(one for one in found.warnings if one.kind != SEVERAL_PEOPLE)
        found = replace(found, warnings=kept)
    own = own_matte(picture) if matte is None else matte
    return found if own is None else replace(found, alpha=own)

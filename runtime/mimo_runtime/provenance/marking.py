"""How one process signs, marks and labels what it makes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.errors import UnsupportedError
from mimo_runtime.media.seal import Seal
from mimo_runtime.provenance.label import VisibleLabel
from mimo_runtime.provenance.mark import read_key
from mimo_runtime.provenance.mark_scheme import Mark, scheme_of
from mimo_runtime.provenance.options import ProvenanceOptions
from mimo_runtime.provenance.recipe import Recipe, drafts_recipe
from mimo_runtime.provenance.signer import Signer


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the pixels of one result are given, before they are encoded."""

    mark: Mark | None = None
    label: VisibleLabel | None = None

    def on(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Uint8 RGB [height, width, 3] with mark and label; the same array where there is none."""
        if self.label is not None:
            rgb = rgb.copy()
            self.label.draw(rgb)
        return rgb if self.mark is None else self.mark.add(rgb)


class Marking:
    """What `options` ask for, made ready. `sentence` says what results will be.

    Raises:
        InvalidRequestError: a certificate or a key cannot be used, or there is no such mark.
        MediaError: a file cannot be read.
        UnsupportedError: results are to be signed by a key, and the library is not installed.
    """

    def __init__(self, options: ProvenanceOptions) -> None:
        self._options = options
        self._key = read_key(options.mark_key) if options.mark_key else None
        self._scheme = scheme_of(options.mark)
        self._signer, self.sentence = _signer(options)

    @property
    def signs(self) -> bool:
        """Whether results are signed."""
        return self._signer is not None

    def seal(self, recipe: Recipe, inputs: Mapping[str, Path]) -> Seal | None:
        """What signs the results of a recipe; None where nothing is signed."""
        if self._signer is None:
            return None
        return self._signer.seal(recipe, inputs, payload_of(recipe) if self._key else None)

    def stamp(self, recipe: Recipe, width_px: int, height_px: int) -> Stamp:
        """What goes on the frames of a recipe."""
        size_px, text = (width_px, height_px), self._options.label
        payload = payload_of(recipe)
        mark = self._scheme.mark(self._key, payload, *size_px) if self._key else None
        return Stamp(mark, VisibleLabel(text, *size_px) if text else None)

    def of_result(
        self, recipe: Recipe, inputs: Mapping[str, Path], size_px: tuple[int, int]
    ) -> tuple[Seal | None, Stamp]:
        """Both for a result of (width, height)."""
        return self.seal(recipe, inputs), self.stamp(recipe, *size_px)

    def of_draft(self, character: Path, width_px: int, height_px: int) -> tuple[Seal | None, Stamp]:
        """Both for a draft of a character. Raises OSError."""
        inputs = {"character": character}
        return self.of_result(drafts_recipe(character), inputs, (width_px, height_px))


def payload_of(recipe: Recipe) -> int:
    """The 32 bits by which a mark names a recipe: the first of its digest."""
    return int(recipe.digest[:8], 16)


def _signer(options: ProvenanceOptions) -> tuple[Signer | None, str]:
    if options.unsigned:
        return None, "Results are not signed, as was asked for."
    try:
        signer = Signer(options)
    except UnsupportedError as error:
        if options.signing_key is not None:
            raise
        return None, f"Results are not signed. {error}"
    by = (
        "a certificate for development, which says that nobody stands behind it (name one of "
        "yours, and its key)"
        if signer.is_development
        else str(options.signing_certificate)
    )
    clock = options.time_stamp_url or "no authority"
    return signer, f"Results are signed with {by}; {clock} says when."

"""What the frames in the folder of a shot are of."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from mimo_runtime.provenance.recipe import Recipe

FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Shot:
    """What a folder's frames are of; the clip's first one has the number `first_frame`.

    `part` are the frames of the clip that are the shot, None for all; `layers` whether each comes
    with what it was put together of.
    """

    recipe: Recipe
    rate_fps: Fraction
    frame_count: int
    first_frame: int = 1
    part: range | None = None
    layers: bool = False

    @property
    def frames(self) -> range:
        """The frames of the shot, as indices in the clip."""
        return range(self.frame_count) if self.part is None else self.part

    def to_values(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {
            "format": FORMAT,
            "rate_fps": str(self.rate_fps),
            "frame_count": self.frame_count,
            "first_frame": self.first_frame,
            "frames": [self.frames[0] + self.first_frame, self.frames[-1] + self.first_frame],
            "layers": self.layers,
            "recipe": self.recipe.to_values(),
            "recipe_sha256": self.recipe.digest,
        }

    @classmethod
    def from_values(cls, values: Any) -> "Shot":
        """The inverse of `to_values`. Raises KeyError, TypeError, ValueError."""
        if values["format"] != FORMAT:
            raise ValueError(f"format {values['format']}, and this program reads {FORMAT}")
        recipe = Recipe.from_values(values["recipe"])
        numbers = int(values["frame_count"]), int(values["first_frame"])
        part = None
        if "frames" in values:
            first, last = (int(number) - numbers[1] for number in values["frames"])
            part = range(first, last + 1)
        layers = bool(values.get("layers", False))
        return cls(recipe, Fraction(values["rate_fps"]), *numbers, part, layers)

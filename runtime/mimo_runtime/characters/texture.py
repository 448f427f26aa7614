"""The colours of a character's whole surface, and how each of them is known."""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.errors import MediaError
from mimo_runtime.files import write_errors
from mimo_runtime.untrusted.npz import read_npz

FORMAT, VERSION = "mimo-texture", 1
NOWHERE: Final = 0
SEEN: Final = 1
MIRRORED: Final = 2
GUESSED: Final = 3
_LAST: Final = 255


@dataclass(frozen=True, slots=True, eq=False)
class Texture:
    """A square texture of the shipped body's map, row 0 where v is 1.

    Attributes:
        rgb: uint8 [S, S, 3].
        confidence: uint8 [S, S], 0 to 255.
        origin: uint8 [S, S]: NOWHERE, SEEN, MIRRORED (from the other side) or GUESSED.
    """

    rgb: NDArray[np.uint8]
    confidence: NDArray[np.uint8]
    origin: NDArray[np.uint8]

    def reduced(self, factor: int) -> "Texture":
        """The same with 1/`factor` as many texels on each side, which divides their number.

        Each is the mean of those of its block that are on the body, as surely known as they are on
        average, and from where the best known of them is.
        """
        parts = len(self.rgb) // factor
        layers = np.dstack([self.rgb, self.confidence, np.full_like(self.confidence, 1)])
        layers[self.origin == NOWHERE] = 0
        blocks = layers.reshape(parts, factor, parts, factor, 5).sum(axis=(1, 3), dtype=np.float32)
        means = np.rint(blocks[..., :4] / np.maximum(blocks[..., 4:], 1)).astype(np.uint8)
        rank = np.where(self.origin == NOWHERE, _LAST, self.origin)
        best = rank.reshape(parts, factor, parts, factor).min(axis=(1, 3))
        origin = np.where(best == _LAST, NOWHERE, best).astype(np.uint8)
        return Texture(np.ascontiguousarray(means[..., :3]), means[..., 3].copy(), origin)

    def at_most(self, size_px: int) -> "Texture":
        """The same, `reduced` until its sides are no longer than `size_px`."""
        factor = len(self.rgb) // size_px
        return self if factor <= 1 else self.reduced(factor)

    def share(self, origin: int) -> float:
        """How much of the surface is of that origin, 0 to 1."""
        return float((self.origin == origin).sum() / (self.origin != NOWHERE).sum())


def write_texture(path: Path, texture: Texture) -> None:
    """Write a .npz; the same texture gives the same bytes."""
    arrays = {
        "format": np.array(FORMAT),
        "version": np.array(VERSION),
        "rgb": texture.rgb,
        "confidence": texture.confidence,
        "origin": texture.origin,
    }
    with write_errors(path), zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w") as entry:
                np.lib.format.write_array(entry, array, allow_pickle=False)


def read_texture(path: Path) -> Texture:
    """Read what `write_texture` wrote.

    Raises MediaError where it is missing, damaged or another kind of file.
    """
    arrays = read_npz(path)
    size = arrays["rgb"].shape[0] if "rgb" in arrays and arrays["rgb"].ndim == 3 else 0
    shapes = {"rgb": (size, size, 3), "confidence": (size, size), "origin": (size, size)}
    for key, shape in shapes.items():
        if key not in arrays or arrays[key].shape != shape or arrays[key].dtype != np.uint8:
            raise MediaError(
                f"The texture '{path.name}' has no uint8 {key} of a square picture; draw the "
                "character again."
            )
    return Texture(arrays["rgb"], arrays["confidence"], arrays["origin"])

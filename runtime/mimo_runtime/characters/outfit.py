"""What somebody wears, as shapes on a bare body."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats
from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import Camera
from mimo_runtime.body.pose import Pose
from mimo_runtime.characters.displacement import displaced, displacements
from mimo_runtime.characters.hem import skirt_of
from mimo_runtime.characters.skirt import Skirt, in_skirt


@dataclass(frozen=True, slots=True, eq=False)
class Outfit:
    """`lengths_m` float32 [V], what hair and clothes add to the body (`displacement`); a skirt."""

    lengths_m: Floats
    skirt: Skirt | None = None


def outfit_of(body: Body, pose: Pose, camera: Camera, alpha: NDArray[np.uint8]) -> Outfit:
    """The outfit that the outline of a picture shows.

    Args:
        body, pose, camera: the shipped body as fitted; the camera has the size of `alpha`.
        alpha: uint8 [H, W], 255 on the character.
    """
    lengths_m = displacements(body, pose, camera, alpha)
    return Outfit(lengths_m, skirt_of(body, lengths_m, pose, camera, alpha))


def dressed(body: Body, outfit: Outfit) -> Body:
    """`body` in `outfit`: its own vertices and triangles, then those of a skirt."""
    moved = displaced(body, outfit.lengths_m)
    return moved if outfit.skirt is None else in_skirt(moved, outfit.skirt)

"""A frame composed anew of its layers, in floating point and in the colour space that is wanted."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats
from mimo_runtime.delivery.colour import Convert
from mimo_runtime.delivery.delivery import PlateHolds
from mimo_runtime.synthesis.frame_layers import CODES, FrameLayers

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One delivered frame, float32 of which 1 is white.

    `rgb` [h, w, 3]; `alpha` [h, w] of a person alone, None for a whole frame; `layers` by their
    names, [h, w] or [h, w, 3 or 4].
    """

    rgb: Floats
    alpha: Floats | None = None
    layers: dict[str, Floats] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spaces:
    """How colours go from where they are to where they are wanted."""

    to_output: Convert
    plate_to_working: Convert
    plate_to_output: Convert


def unit(codes: NDArray[np.generic], white: int = 255) -> Floats:
    """Codes as float32 of which 1 is `white`."""
    return np.asarray(np.divide(codes, white, dtype=np.float32))


def composed(
    layers: FrameLayers,
    spaces: Spaces,
    plate: Floats | None = None,
    holds: PlateHolds = PlateHolds.SCENE,
) -> tuple[Floats, Floats]:
    """The frame and its scene alone, float32 [h, w, 3] each, in the output's space.

    scene x (1 - A) + human, and what stands in front over it, mixed in the working space as a
    render mixes them. Where nothing of that is, the values are the plate's, untouched by mixing:
    the same code where its space is the output's.

    plate: float32 [h, w, 3] in its own space; None takes the template's scene.
    """
    scene = unit(layers.scene)
    if plate is None:
        untouched = np.zeros(scene.shape[:2], np.bool_)
        seen = scene
    else:
        seen = spaces.plate_to_working(plate)
        replaced = _share(layers.replaced if holds is PlateHolds.DRIVING else None, scene)
        untouched = replaced[..., 0] == 0
        scene = seen * (1 - replaced) + scene * replaced
    human = unit(layers.human, CODES)
    cover = _share(layers.occlusion, scene)
    front = seen if plate is not None and holds is PlateHolds.DRIVING else _front(layers, scene)
    frame = (scene * (1 - human[..., 3:]) + human[..., :3]) * (1 - cover) + front * cover
    results = spaces.to_output(frame), spaces.to_output(scene)
    if plate is not None:
        own = spaces.plate_to_output(plate)
        bare = (layers.human[..., 3] == 0) & (cover[..., 0] == 0)
        if holds is PlateHolds.DRIVING:
            bare = (bare & untouched) | (cover[..., 0] == 1)
        for result, where in zip(results, (bare, untouched), strict=True):
            result[where] = own[where]
    return results


def cut_out(layers: FrameLayers, spaces: Spaces, premultiplied: bool) -> tuple[Floats, Floats]:
    """The person alone, cut out where something stands in front: RGB [h, w, 3] and alpha [h, w].

    Colours that nothing shows are 0.
    """
    colour, alpha = _straight(layers, spaces)
    alpha = alpha * (1 - _share(layers.occlusion, colour)[..., 0])
    colour[alpha == 0] = 0
    return (colour * alpha[..., None] if premultiplied else colour), alpha


def picture_of_layers(layers: FrameLayers, spaces: Spaces, frame: Floats, scene: Floats) -> Picture:
    """A frame with all of its layers; `human` is premultiplied, and not cut out in front."""
    colour, alpha = _straight(layers, spaces)
    cover = _share(layers.occlusion, colour)[..., 0]
    parts = {
        "human": np.dstack([colour * alpha[..., None], alpha]),
        "scene": scene,
        "occlusion": cover,
        "matte": alpha * (1 - cover),
        "motion": unit(layers.motion),
    }
    if layers.depth_m is not None:
        parts["depth"] = layers.depth_m
    return Picture(frame, None, parts)


def _straight(layers: FrameLayers, spaces: Spaces) -> tuple[Floats, Floats]:
    """The person's colours, not multiplied, in the output's space, and the alpha."""
    human = unit(layers.human, CODES)
    alpha = human[..., 3]
    solid = np.where(alpha > 0, alpha, np.float32(1))[..., None]
    colour = spaces.to_output(np.asarray(human[..., :3] / solid, np.float32))
    colour[alpha == 0] = 0
    return colour, alpha


def _front(layers: FrameLayers, scene: Floats) -> Floats:
    return scene if layers.source is None else unit(layers.source)


def _share(levels: NDArray[np.uint8] | None, like: Floats) -> Floats:
    """uint8 [h, w] as shares float32 [h, w, 1]; none as 0."""
    if levels is None:
        return np.zeros((*like.shape[:2], 1), np.float32)
    return unit(levels)[..., None]

"""Pictures of a posed body: clothed and shaded, or bare in the colours of its surface points."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mimo_synthetic.sample.body import Array, Pose, points
from mimo_synthetic.sample.limbs import Limb, body_limbs
from mimo_synthetic.sample.outfits import Outfit
from mimo_synthetic.sample.surface import Surface, capsules, find_surface

MARGIN_M = 0.16
LIGHT = np.array([0.34, 0.62, 0.70])
SURFACE_LOW_M = np.array([-0.60, 0.0, -0.16])
SURFACE_HIGH_M = np.array([0.60, 1.75, 0.16])


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a body stands in a picture: foot point in pixels, pixels per metre, heading degrees."""

    x_px: float
    ground_px: float
    scale_px: float
    heading: float

    def zoomed(self, factor: int) -> "Placement":
        """The same place in a picture that is `factor` times as large."""
        x_px, ground_px = self.x_px * factor, self.ground_px * factor
        return replace(self, x_px=x_px, ground_px=ground_px, scale_px=self.scale_px * factor)


def dressed(pose: Pose, outfit: Outfit, place: Placement, size_px: tuple[int, int]) -> Array:
    """The shaded, clothed person: RGBA float64 [height, width, 4] in 0..255, hard edges."""
    limbs = tuple(_thicker(limb, outfit) for limb in body_limbs()) + outfit.extras
    surface, hit = _seen(limbs, pose, place, size_px)
    return _picture(hit, _shade(_cloth_colours(limbs, surface, outfit), surface.normals), size_px)


def surface_coloured(pose: Pose, place: Placement, size_px: tuple[int, int]) -> Array:
    """The bare body, each point in the colour of its place on the resting body; RGBA as above."""
    surface, hit = _seen(body_limbs(), pose, place, size_px)
    share = (surface.rest_points - SURFACE_LOW_M) / (SURFACE_HIGH_M - SURFACE_LOW_M)
    return _picture(hit, 50 + 205 * np.clip(share, 0, 1), size_px)


def _seen(
    limbs: tuple[Limb, ...], pose: Pose, place: Placement, size_px: tuple[int, int]
) -> tuple[Surface, NDArray[np.intp]]:
    width_px, height_px = size_px
    rows, columns = np.mgrid[0:height_px, 0:width_px] + 0.5
    x, y = (columns - place.x_px) / place.scale_px, (place.ground_px - rows) / place.scale_px
    body = capsules(limbs, points(pose), place.heading)
    ends = np.concatenate([body.starts, body.ends])
    (left, low), (right, high) = ends.min(axis=0)[:2] - MARGIN_M, ends.max(axis=0)[:2] + MARGIN_M
    near = np.flatnonzero((x > left) & (x < right) & (y > low) & (y < high))
    surface = find_surface(body, x.ravel()[near], y.ravel()[near])
    return surface, near[surface.rays]


def _picture(hit: NDArray[np.intp], colours: Array, size_px: tuple[int, int]) -> Array:
    picture = np.zeros((size_px[1] * size_px[0], 4))
    picture[hit, :3], picture[hit, 3] = colours, 255
    return picture.reshape(size_px[1], size_px[0], 4)


def _thicker(limb: Limb, outfit: Outfit) -> Limb:
    more = outfit.thickness_m.get(limb.part, 0.0)
    start, end = limb.start_radius_m + more, limb.end_radius_m + more
    return replace(limb, start_radius_m=start, end_radius_m=end)


def _cloth_colours(limbs: tuple[Limb, ...], surface: Surface, outfit: Outfit) -> Array:
    colours = np.tile(np.array(outfit.skin, dtype=np.float64), (len(surface.limbs), 1))
    parts = np.array([limb.part for limb in limbs])[surface.limbs]
    height = surface.rest_points[:, 1]
    for cloth in outfit.cloths:
        worn = (parts == cloth.part) & (height >= cloth.low_m) & (height < cloth.high_m)
        colours[worn] = cloth.colour
    place = surface.rest_points
    front = (parts == "head") & (place[:, 2] > 0.04)
    for spot in outfit.face:
        offset = (place[:, :2] - spot.centre_m) / spot.half_m
        colours[front & ((offset**2).sum(axis=1) < 1)] = spot.colour
    return colours


def _shade(colours: Array, normals: Array) -> Array:
    lit = np.clip(normals @ (LIGHT / np.linalg.norm(LIGHT)), 0, 1)[:, None]
    sky = (0.5 + 0.5 * normals[:, 1])[:, None]
    warm, cool = np.array([1.0, 0.95, 0.86]), np.array([0.80, 0.90, 1.0])
    shaded: Array = np.clip(colours * (0.50 * cool + 0.22 * sky * cool + 0.56 * lit * warm), 0, 255)
    return shaded

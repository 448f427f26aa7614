"""The sample's scene: a village street under drifting clouds, and a camera that stands still."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from mimo_synthetic.sample.body import Array
from mimo_synthetic.sample.drawing import (
    CANVAS_PX,
    HORIZON_PX,
    SUPERSAMPLE,
    Colour,
    box,
    darker,
    disc,
    project,
    strip,
)

CLOUD_STEP_PX = 0.55
HOUSE_M = 20.0


@dataclass(frozen=True, slots=True)
class House:
    """A house front in metres: left edge, width, height of the eaves and of the ridge."""

    left_m: float
    width_m: float
    eaves_m: float
    ridge_m: float
    wall: Colour
    roof: Colour


HOUSES = (
    House(-10.6, 5.2, 3.3, 5.3, (236, 214, 178), (168, 82, 62)),
    House(-4.6, 4.2, 4.2, 5.6, (198, 214, 206), (92, 92, 112)),
    House(0.9, 5.4, 3.1, 5.2, (240, 196, 160), (150, 70, 58)),
    House(7.2, 4.8, 3.9, 5.7, (226, 220, 206), (104, 84, 92)),
)
# x, height, crown radius (metres)
TREES = ((-5.0, 3.0, 1.0), (0.2, 3.5, 1.25), (6.6, 2.9, 1.0))
# x, y in pixels at frame 0, size
CLOUDS = ((34.0, 22.0, 1.0), (128.0, 13.0, 0.75), (206.0, 28.0, 1.15), (-30.0, 40.0, 0.7))


def scene(frame: int) -> Array:
    """The scene without person or occluder at `frame`: RGB float64 on the canvas, 0..255."""
    picture = Image.fromarray(_sky().astype(np.uint8))
    picture.paste((255, 252, 246), mask=_clouds(frame))
    draw = ImageDraw.Draw(picture)
    _hills(draw)
    _ground(draw)
    for x, height, radius in TREES:
        _tree(draw, x, height, radius)
    for house in HOUSES:
        _house(draw, house)
    _hedge(draw)
    return np.asarray(picture, dtype=np.float64)


def _sky() -> Array:
    share = np.clip(np.arange(CANVAS_PX[1]) / (HORIZON_PX * SUPERSAMPLE), 0, 1)[:, None, None]
    top, bottom = np.array([112, 172, 222]), np.array([250, 230, 204])
    return np.tile((1 - share) * top + share * bottom, (1, CANVAS_PX[0], 1))


def _clouds(frame: int) -> Image.Image:
    mask = Image.new("L", CANVAS_PX)
    draw = ImageDraw.Draw(mask)
    puffs = ((-16, 2, 8), (-7, -3, 10), (4, -1, 9), (14, 2, 7), (0, 4, 8))
    for column, row, size in CLOUDS:
        for across, down, radius in puffs:
            x = (column + frame * CLOUD_STEP_PX * size + across * size) * SUPERSAMPLE
            y = (row + down * size) * SUPERSAMPLE
            wide, high = radius * size * SUPERSAMPLE, 0.62 * radius * size * SUPERSAMPLE
            draw.ellipse((x - wide, y - high, x + wide, y + high), fill=215)
    return mask.filter(ImageFilter.GaussianBlur(SUPERSAMPLE * 1.2))


def _hills(draw: ImageDraw.ImageDraw) -> None:
    columns = np.arange(0, CANVAS_PX[0] + 1, SUPERSAMPLE)
    x = columns / SUPERSAMPLE
    far = HORIZON_PX - 22 - 9 * np.sin(x / 41 + 0.6) - 4 * np.sin(x / 17)
    near = HORIZON_PX - 8 - 6 * np.sin(x / 33 + 2.4) - 2 * np.sin(x / 12 + 1)
    for ridge, colour in ((far, (160, 178, 196)), (near, (134, 164, 140))):
        outline = list(zip(columns.tolist(), (ridge * SUPERSAMPLE).tolist(), strict=True))
        draw.polygon([(0, CANVAS_PX[1]), *outline, CANVAS_PX], fill=colour)


def _ground(draw: ImageDraw.ImageDraw) -> None:
    strip(draw, 14.0, 60.0, (132, 164, 98))
    strip(draw, 11.6, 14.0, (206, 194, 178))
    strip(draw, 11.4, 11.6, (232, 224, 210))
    strip(draw, 6.8, 11.4, (122, 122, 132))
    for x in np.arange(-6.0, 6.0, 1.8):
        dash = [(x, 0, 8.8), (x + 0.9, 0, 8.8), (x + 0.9, 0, 9.0), (x, 0, 9.0)]
        draw.polygon([project(corner) for corner in dash], fill=(226, 222, 206))
    strip(draw, 6.5, 6.8, (226, 218, 206))
    strip(draw, 6.4, 6.5, (168, 158, 150))
    strip(draw, 2.0, 6.4, (204, 190, 174))
    for z in (5.7, 5.0, 4.4, 3.9, 3.5):
        strip(draw, z - 0.025, z + 0.015, (182, 168, 154))
    for x in np.arange(-4.0, 4.1, 0.8):
        seam = [(x, 0, 6.4), (x + 0.02, 0, 6.4), (x + 0.02, 0, 2.5), (x, 0, 2.5)]
        draw.polygon([project(corner) for corner in seam], fill=(186, 172, 158))


def _house(draw: ImageDraw.ImageDraw, house: House) -> None:
    left, eaves, ridge, z = house.left_m, house.eaves_m, house.ridge_m, HOUSE_M
    right, wall = left + house.width_m, house.wall
    box(draw, (right - 1.3, right - 0.8, eaves, ridge + 0.45), z, (150, 110, 96))
    slopes = [(left - 0.3, eaves), (left + 0.9, ridge), (right - 0.9, ridge), (right + 0.3, eaves)]
    draw.polygon([project((x, y, z)) for x, y in slopes], fill=house.roof)
    box(draw, (left, right, 0, eaves), z, wall)
    box(draw, (left, right, eaves - 0.18, eaves), z, darker(wall, 0.84))
    box(draw, (left, left + 0.9, 0, eaves - 0.18), z, darker(wall, 0.94))
    middle = left + house.width_m / 2
    box(draw, (middle - 0.5, middle + 0.5, 0, 2.0), z, darker(house.roof, 0.8))
    for x in (left + 0.55, right - 1.55):
        box(draw, (x - 0.1, x + 1.1, 1.0, 2.35), z, (250, 246, 238))
        box(draw, (x, x + 1.0, 1.1, 2.25), z, (98, 132, 158))
        box(draw, (x + 0.46, x + 0.54, 1.1, 2.25), z, (250, 246, 238))


def _tree(draw: ImageDraw.ImageDraw, x: float, height: float, radius: float) -> None:
    box(draw, (x - 0.14, x + 0.14, 0, height), 19.0, (108, 84, 70))
    crown = ((-0.5, -0.2, 0.8), (0.5, -0.25, 0.8), (0.0, 0.35, 0.95), (-0.25, 0.45, 0.6))
    for shade, (across, up, size) in enumerate(crown):
        centre = (x + across * radius, height + up * radius)
        disc(draw, centre, size * radius, 19.0, (84 + 9 * shade, 130 + 8 * shade, 78))


def _hedge(draw: ImageDraw.ImageDraw) -> None:
    for x in np.arange(-9.0, 9.0, 0.45):
        disc(draw, (x, 0.45), 0.42, 16.0, (96, 140, 84))
    for x in np.arange(-9.0, 9.0, 0.45):
        disc(draw, (x - 0.1, 0.55), 0.26, 16.0, (112, 156, 92))

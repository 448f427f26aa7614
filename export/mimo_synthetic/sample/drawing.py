"""Flat shapes at places in metres, seen by the sample's camera, drawn on its canvas.

Metres are x right of the middle, y up from the ground, z away from the camera. The canvas is
SUPERSAMPLE times the video's size; shrinking it smooths the edges.
"""

from collections.abc import Sequence

from PIL import ImageDraw

Colour = tuple[int, int, int]
Point = tuple[float, float, float]

WIDTH_PX, HEIGHT_PX, SUPERSAMPLE = 256, 192, 3
CANVAS_PX = (WIDTH_PX * SUPERSAMPLE, HEIGHT_PX * SUPERSAMPLE)
HORIZON_PX, FOCAL_PX, EYE_M = 78.0, 260.0, 1.4


def project(point: Point) -> tuple[float, float]:
    """Canvas pixel of a point in metres."""
    x, y, z = point
    scale = FOCAL_PX / z
    column = WIDTH_PX / 2 + x * scale
    return column * SUPERSAMPLE, (HORIZON_PX + (EYE_M - y) * scale) * SUPERSAMPLE


def strip(draw: ImageDraw.ImageDraw, near_m: float, far_m: float, colour: Colour) -> None:
    """Ground across the whole picture between two distances."""
    top, bottom = project((0, 0, far_m))[1], project((0, 0, near_m))[1]
    draw.rectangle((0, top, CANVAS_PX[0], bottom), fill=colour)


def box(draw: ImageDraw.ImageDraw, corners: Sequence[float], z: float, colour: Colour) -> None:
    """An upright rectangle; corners are left, right, bottom, top."""
    left, right, bottom, top = corners
    draw.rectangle((*project((left, top, z)), *project((right, bottom, z))), fill=colour)


def disc(
    draw: ImageDraw.ImageDraw, centre: tuple[float, float], radius: float, z: float, colour: Colour
) -> None:
    """A circle that faces the camera."""
    x, y = project((centre[0], centre[1], z))
    reach = radius * FOCAL_PX / z * SUPERSAMPLE
    draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=colour)


def darker(colour: Colour, factor: float) -> Colour:
    """The colour times `factor`."""
    red, green, blue = (round(channel * factor) for channel in colour)
    return red, green, blue

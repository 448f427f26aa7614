"""The sample's occluder: a street lamp and a bush that stand in front of the walking person."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from mimo_synthetic.sample.body import Array
from mimo_synthetic.sample.drawing import CANVAS_PX, SUPERSAMPLE, box, disc, project

LAMP_M = 3.5


def occluder() -> Array:
    """The street lamp and the bush in front: RGBA float64 on the canvas, 0..255, soft edge."""
    layer = Image.new("RGBA", CANVAS_PX, (58, 96, 62, 0))
    draw = ImageDraw.Draw(layer)
    _lamp(draw, 0.02, LAMP_M)
    _bush(draw, 0.20, LAMP_M)
    pixels = np.array(layer, dtype=np.float64)
    soft = layer.getchannel("A").filter(ImageFilter.GaussianBlur(SUPERSAMPLE * 0.4))
    pixels[..., 3] = np.asarray(soft)
    return pixels


def _lamp(draw: ImageDraw.ImageDraw, x: float, z: float) -> None:
    for half, bottom, top in ((0.08, 0.0, 0.35), (0.036, 0.35, 1.95), (0.08, 1.92, 1.98)):
        box(draw, (x - half, x + half, bottom, top), z, (52, 62, 70))
        box(draw, (x - half * 0.6, x - half * 0.2, bottom, top), z, (98, 110, 118))
    glass = [(x - 0.08, 1.98), (x - 0.13, 2.26), (x + 0.13, 2.26), (x + 0.08, 1.98)]
    draw.polygon([project((a, b, z)) for a, b in glass], fill=(255, 238, 190))
    roof = [(x - 0.17, 2.26), (x, 2.40), (x + 0.17, 2.26)]
    draw.polygon([project((a, b, z)) for a, b in roof], fill=(52, 62, 70))


def _bush(draw: ImageDraw.ImageDraw, x: float, z: float) -> None:
    generator = np.random.default_rng(7)
    for shade in range(6):
        colour = (54 + 10 * shade, 100 + 12 * shade, 60 + 4 * shade)
        for across in np.linspace(-0.32, 0.38, 9 + shade):
            jitter_x, jitter_y = 0.03 * generator.standard_normal(2)
            centre = (x + across * (1 - 0.12 * shade) + jitter_x, 0.12 + 0.065 * shade + jitter_y)
            disc(draw, centre, 0.135 - 0.017 * shade, z, colour)

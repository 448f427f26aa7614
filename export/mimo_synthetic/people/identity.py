"""What a picture of a made-up person gives: made by the product's own path, errors included."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import Camera, look_at
from mimo_runtime.body.pose import Pose
from mimo_runtime.body.render import View, render_vertices
from mimo_runtime.body.shipped import load_body
from mimo_runtime.body.skinning import pose_vertices
from mimo_runtime.characters.outfit import Outfit, dressed, outfit_of
from mimo_runtime.characters.texture import Texture
from mimo_runtime.characters.whole_texture import whole_texture
from mimo_synthetic.people.light import random_light
from mimo_synthetic.people.person import Person
from mimo_synthetic.people.postures import misread, standing
from mimo_synthetic.people.stage import filled

Random = np.random.Generator
Pixels = NDArray[np.uint8]
PICTURE_PX, TEXTURE_PX = 384, 512
_MISFITS = 0.35  # of the people are as badly fitted as real pictures are


@dataclass(frozen=True, slots=True, eq=False)
class Identity:
    """A picture uint8 RGBA [384, 384, 4] and what was made of it.

    `body` is the fitted one in `outfit`, in `pose` as `camera` sees it.
    """

    picture: Pixels
    body: Body
    pose: Pose
    camera: Camera
    texture: Texture
    outfit: Outfit


def photographed(random: Random, person: Person) -> Identity:
    """The character of a picture of `person`."""
    pose, light = standing(random, person.bare.skeleton), random_light(random)
    vertices = pose_vertices(person.dressed, pose)
    camera = _portrait(random, vertices)
    view = render_vertices(person.dressed, vertices, camera)
    picture = _picture(light.on(view, camera), view)
    wrong = bool(random.random() < _MISFITS)
    body = _as_fitted(random, person, wrong)
    degrees, metres = (2.5, 0.012) if wrong else (0.8, 0.003)
    lifted_m = body.skeleton.rest_m[0] - person.bare.skeleton.rest_m[0]
    found = misread(random, pose, degrees, metres, lifted_m)
    rgb, alpha = (np.ascontiguousarray(part) for part in (picture[..., :3], picture[..., 3]))
    outfit = outfit_of(body, found, camera, alpha)
    worn = dressed(body, outfit)
    texture = whole_texture(body, worn, found, camera, rgb, alpha, TEXTURE_PX)
    return Identity(picture, worn, found, camera, texture, outfit)


def _portrait(random: Random, points_m: NDArray[np.float64]) -> Camera:
    middle = (points_m.min(axis=0) + points_m.max(axis=0)) / 2
    place = middle + np.array([random.uniform(-0.3, 0.3), random.uniform(-0.2, 0.8), 4.0])
    camera = look_at(place, middle, PICTURE_PX, PICTURE_PX, float(PICTURE_PX))
    return filled(camera, points_m, float(random.uniform(0.86, 0.92)), random)


def _picture(colours: NDArray[np.float32], view: View) -> Pixels:
    """Not premultiplied, with a little noise."""
    alpha = view.coverage[..., None]
    rgb = colours / np.maximum(alpha, 1e-3)
    levels = np.concatenate([rgb, alpha], axis=2).clip(0, 1) * 255
    return np.asarray(np.rint(levels), np.uint8)


def _as_fitted(random: Random, person: Person, wrong: bool) -> Body:
    """The bare body, in another build where the fit goes wrong."""
    if not wrong:
        return person.bare
    sizes = ("tall", "short")
    shape = {
        name: share + random.normal(0, 0.03 if name in sizes else 0.15)
        for name, share in person.shape.items()
    }
    return load_body(shape)

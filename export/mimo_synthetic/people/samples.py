"""Training samples: somebody's picture, and short clips of them with everything that is true."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.camera import Camera
from mimo_runtime.body.render import render_vertices
from mimo_runtime.body.skinning import pose_vertices
from mimo_runtime.characters.contact_shadow import contact_shadow
from mimo_runtime.characters.outfit import dressed
from mimo_runtime.characters.planes import SHADOW, draw_planes
from mimo_runtime.characters.skirt import texture_corners
from mimo_runtime.characters.texture import Texture
from mimo_synthetic.people.identity import Identity, photographed
from mimo_synthetic.people.light import Light, random_light
from mimo_synthetic.people.person import Person, random_person
from mimo_synthetic.people.postures import TRAINING, random_motion
from mimo_synthetic.people.stage import random_camera, random_plate, resized

Random = np.random.Generator
Floats = NDArray[np.float32]
Vertices = NDArray[np.float64]
Pixels = NDArray[np.uint8]

_SOFT = 0.012  # of the picture's side, how far shadows are softened


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """N frames of S x S, all uint8.

    Attributes:
        planes: [N, 12, S, S], `encode_planes` of the bare body.
        human: [N, 4, S, S], premultiplied RGBA, the truth.
        shadow: [N, 1, S, S], the light that the ground loses.
        plate: [N, 3, S, S], the empty scene.
    """

    planes: Pixels
    human: Pixels
    shadow: Pixels
    plate: Pixels


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A person's picture on white [3, S, S], layer and planes of it, and clips.

    `layer` [4, S, S] is the picture as premultiplied RGBA, `planes` [12, S, S] are of the fitted
    body in its posture: a frame whose truth is at the same place as the reference.
    """

    picture: Pixels
    layer: Pixels
    planes: Pixels
    clips: tuple[Clip, ...]


def random_sample(
    random: Random, size_px: int, clips: int, frames: int, motions: tuple[str, ...] = TRAINING
) -> Sample:
    """Somebody new in `clips` clips of `frames` frames."""
    person = random_person(random)
    identity = photographed(random, person)
    layer = cv2.resize(
        _premultiplied(identity.picture), (size_px,) * 2, interpolation=cv2.INTER_AREA
    )
    (levels,) = _levels([layer])
    return Sample(
        picture=levels[:3] + (255 - levels[3:]),
        layer=levels,
        planes=own_planes(identity, size_px),
        clips=tuple(
            random_clip(random, person, identity, size_px, frames, motions) for _ in range(clips)
        ),
    )


def own_planes(identity: Identity, size_px: int) -> Pixels:
    """Planes of the body as it stands in the picture, which is cut out: uint8 [12, S, S]."""
    corners, camera = texture_corners(), identity.camera
    small = resized(camera, size_px)
    texture = _texture(identity, size_px)
    values = draw_planes(identity.body, corners, texture, identity.pose, small).values
    values[SHADOW] = 0
    return encode_planes(values)


def random_clip(
    random: Random,
    person: Person,
    identity: Identity,
    size_px: int,
    frames: int,
    motions: tuple[str, ...],
) -> Clip:
    """One motion, camera, light and scene.

    The planes are of the very body that wears the clothes, moved and coloured as the picture was
    read: what is to be painted stands where they are, or blur would be learned.
    """
    motion = random_motion(random, person.bare.skeleton, frames, motions)
    light = random_light(random)
    poses = [motion.pose(index) for index in range(frames)]
    meshes = [pose_vertices(person.dressed, pose) for pose in poses]
    camera = random_camera(random, np.stack(meshes), size_px)
    plate = random_plate(random, camera, light)
    corners, texture = texture_corners(), _texture(identity, size_px)
    drawn = dressed(person.bare, identity.outfit)
    planes, human, shadow = [], [], []
    for pose, vertices in zip(poses, meshes, strict=True):
        view = render_vertices(person.dressed, vertices, camera)
        human.append(np.concatenate([light.on(view, camera), view.coverage[..., None]], axis=2))
        shadow.append(_shadow(light, person, vertices, camera)[..., None])
        planes.append(encode_planes(draw_planes(drawn, corners, texture, pose, camera).values))
    return Clip(np.stack(planes), _levels(human), _levels(shadow), _levels([plate] * frames))


def _shadow(light: Light, person: Person, vertices: Vertices, camera: Camera) -> Floats:
    """What the ground loses of the sun and, under the person, of the sky: float32 [H, W]."""
    dark = light.shadow(person.dressed, vertices, camera)
    soft = cv2.GaussianBlur(dark, (0, 0), _SOFT * camera.width_px)
    return np.asarray(1 - (1 - soft) * (1 - contact_shadow(vertices, camera)), np.float32)


def _texture(identity: Identity, size_px: int) -> Texture:
    """As fine as pictures of `size_px` can show it."""
    return identity.texture.reduced(max(1, 256 // size_px))


def encode_planes(values: Floats) -> Pixels:
    """float32 [12, H, W] as uint8; normals from -1..1, the others from 0..1."""
    scaled = values.copy()
    scaled[3:6] = scaled[3:6] * 0.5 + 0.5
    return np.asarray(np.rint(scaled.clip(0, 1) * 255), np.uint8)


def _levels(frames: Sequence[NDArray[Any]]) -> Pixels:
    """[H, W, C] pictures of 0..1 as uint8 [N, C, H, W]."""
    levels = np.stack(frames).transpose(0, 3, 1, 2).clip(0, 1) * 255
    return np.asarray(np.rint(levels), np.uint8)


def _premultiplied(rgba: Pixels) -> Floats:
    """float32 [H, W, 4], 0..1, of uint8 RGBA that is not premultiplied."""
    values = rgba.astype(np.float32) / 255
    values[..., :3] *= values[..., 3:]
    return np.asarray(values, np.float32)

"""The structured motion code of one request: its character's planes, cut as frames are cut."""

from dataclasses import replace

import numpy as np

from mimo_runtime.arrays import Floats
from mimo_runtime.body.camera import Camera
from mimo_runtime.body.pose import Pose
from mimo_runtime.body.raster import nearest_triangles, resolve
from mimo_runtime.body.render import render_pose
from mimo_runtime.body.shipped import load_body
from mimo_runtime.body.skeleton import Skeleton
from mimo_runtime.body.skinning import pose_vertices
from mimo_runtime.bundle import Manifest
from mimo_runtime.characters.casting import cast
from mimo_runtime.characters.drawing import front_camera
from mimo_runtime.characters.figure import Figure
from mimo_runtime.characters.planes import NAMES, SHADOW, draw_planes
from mimo_runtime.characters.skirt import texture_corners
from mimo_runtime.characters.spread import Links, spread
from mimo_runtime.characters.texture import Texture
from mimo_runtime.errors import UnsupportedError
from mimo_runtime.fitting.whittaker import smoothed
from mimo_runtime.planning.pixel_rect import PixelRect, pad_to_square
from mimo_runtime.synthesis.figures import texture_px
from mimo_runtime.templates.folder import Template
from mimo_runtime.templates.poses import template_poses


class FigurePlanes:
    """Draws the planes that a bundle sees, of a figure's surface with hair and clothes.

    `cast` is the figure as it takes postures of `skeleton`.

    Raises:
        UnsupportedError: they are of another body, or the bundle asks for other planes.
    """

    def __init__(
        self, figure: Figure, skeleton: Skeleton, names: tuple[str, ...], size_px: tuple[int, int]
    ) -> None:
        if names != NAMES:
            raise UnsupportedError(
                f"The bundle asks for the planes {', '.join(names)}; this program draws "
                f"{', '.join(NAMES)}. Use a program and a bundle of one version."
            )
        texture = figure.texture.at_most(texture_px(min(size_px)))
        self._figure = replace(figure, texture=texture)
        self.cast = cast(self._figure, skeleton)
        self._size_px = size_px
        self._corners = texture_corners()

    def empty(self, count: int) -> Floats:
        """Room for the planes of `count` frames, float32 [count, 12, H, W]."""
        width_px, height_px = self._size_px
        return np.zeros((count, len(NAMES), height_px, width_px), np.float32)

    def draw(self, pose: Pose, camera: Camera, crop: PixelRect, out: Floats) -> None:
        """The figure in `pose` of the skeleton, cut to `crop` and made square, into `out`."""
        padding = pad_to_square(crop.height, crop.width)
        side_px = padding.top + crop.height + padding.bottom
        corner_px = crop.left - padding.left, crop.top - padding.top
        crop_camera = self._camera(camera, corner_px, side_px)
        self._draw(self.cast.figure, self.cast.pose(pose), crop_camera, out)

    def depth_m(self, pose: Pose, camera: Camera) -> Floats:
        """How far the figure in `pose` of the skeleton is, 0 where it is not.

        Float32 [height, width] of the camera's picture.
        """
        body = self.cast.figure.dressed
        points = pose_vertices(body, self.cast.pose(pose))
        nearest = nearest_triangles(
            *camera.project(points), body.triangles, camera.width_px, camera.height_px
        )
        nothing = np.zeros((len(points), 3), np.float32)
        *_, depth_m = resolve(*nearest, body.triangles, nothing, 1)
        return np.where(np.isfinite(depth_m), depth_m, 0).astype(np.float32)

    def reference(self) -> Floats:
        """float32 [12, H, W] of the figure as its own picture shows it, without shadow."""
        own = self._figure.camera
        out: Floats = self.empty(1)[0]
        self._draw(self._figure, self._figure.pose, self._camera(own, (0, 0), own.width_px), out)
        out[SHADOW] = 0
        return out

    def _camera(self, camera: Camera, corner_px: tuple[int, int], side_px: int) -> Camera:
        """`camera` with the square of `side_px` at `corner_px` as its whole picture."""
        width_px, height_px = self._size_px
        scale = width_px / side_px
        x, y = camera.centre_px
        return replace(
            camera,
            width_px=width_px,
            height_px=height_px,
            focal_px=camera.focal_px * scale,
            centre_px=((x - corner_px[0]) * scale, (y - corner_px[1]) * scale),
        )

    def _draw(self, figure: Figure, pose: Pose, camera: Camera, out: Floats) -> None:
        draw_planes(figure.dressed, self._corners, figure.texture, pose, camera, out)


class MotionPlanes:
    """The planes of a template's frames.

    Raises:
        TemplateError: the template has no postures.
        UnsupportedError: as in `FigurePlanes`.
    """

    def __init__(
        self, figure: Figure, template: Template, names: tuple[str, ...], size_px: tuple[int, int]
    ) -> None:
        self._template = template
        self._poses = template_poses(template)
        self._drawn = FigurePlanes(figure, self._poses.skeleton, names, size_px)
        self._planes: Floats = self._drawn.empty(1)[0]

    def frame(self, frame: int, crop: PixelRect) -> Floats:
        """float32 [12, H, W] of a template frame in `crop`, made square; valid until the next call.

        All 0 where the person is not to be seen.
        """
        index = self._template.source_indices[frame]
        if self._poses.drawn(index):
            pose, camera = self._poses.pose(index), self._poses.camera(index)
            self._drawn.draw(pose, camera, crop, self._planes)
        else:
            self._planes.fill(0)
        return self._planes

    def depth_m(self, frame: int) -> Floats | None:
        """As in `FigurePlanes`, of the whole frame; None where the person is not to be seen."""
        index = self._template.source_indices[frame]
        if not self._poses.drawn(index):
            return None
        return self._drawn.depth_m(self._poses.pose(index), self._poses.camera(index))

    def reference(self) -> Floats:
        """As `FigurePlanes.reference`."""
        return self._drawn.reference()


def draw_once() -> None:
    """Load what prepares and draws a character, before somebody waits for it.

    It takes a second or two, and as much again where its loops are compiled for the first time.
    """
    body, side_px = load_body(), 16
    pose, nothing = Pose.rest(body.skeleton), np.zeros((side_px, side_px), np.uint8)
    texture = Texture(np.dstack([nothing] * 3), nothing, nothing)
    camera = front_camera(body, pose, side_px)
    draw_planes(body, texture_corners(), texture, pose, camera)
    render_pose(body, pose, camera, samples=1)
    links = Links.of(np.arange(3, dtype=np.int32)[None], np.arange(3))
    spread(np.zeros(3), np.ones(3), np.zeros(3), links)
    smoothed(np.zeros((3, 1)), np.ones((3, 1)), 1.0)


def planes_of(figure: Figure, template: Template, manifest: Manifest) -> MotionPlanes:
    """The planes that the bundle of `manifest` sees; errors as in `MotionPlanes`."""
    size_px = manifest.width_px, manifest.height_px
    return MotionPlanes(figure, template, manifest.planes, size_px)

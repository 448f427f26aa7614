"""A made-up clip, frame by frame, with everything that is true of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import Camera
from mimo_runtime.body.render import View, render_vertices
from mimo_runtime.media.sink import open_sink
from mimo_synthetic.ground_truth.actor import Actor, acting, facing_deg
from mimo_synthetic.ground_truth.cameras import camera_at
from mimo_synthetic.ground_truth.front import Front, front_of
from mimo_synthetic.ground_truth.grain import Floats
from mimo_synthetic.ground_truth.light import lit
from mimo_synthetic.ground_truth.person import random_person
from mimo_synthetic.ground_truth.shadows import NO_SHADOW, Shadow, cast_shadow
from mimo_synthetic.ground_truth.spec import ClipSpec
from mimo_synthetic.ground_truth.yard import Yard, random_yard
from mimo_synthetic.ground_truth.yard_view import YardView, view_yard

Pixels = NDArray[np.uint8]
NOISE_LEVELS = 1.2


@dataclass(frozen=True, slots=True, eq=False)
class TrueFrame:
    """Frame `index` and the truth about it; H and W are the clip's size.

    Attributes:
        pixels: uint8 [H, W, 3], what a detector gets, with a little noise.
        human, human_full: float32 [H, W] 0..1, how much of a pixel the person is as it is seen,
            and with nothing in front.
        front: float32 [H, W] 0..1, the same of what is in front.
        shadow: float32 [H, W] 0..1, the light that the person's shadow takes.
        depth_m: float32 [H, W] along the line of sight, of what is seen; 100 for the sky.
        scene_depth_m: the same of the empty yard.
        joints_m: float64 [J, 3] of the body's skeleton in the world; joints_px: [J, 2].
        camera: that sees it.
        scene: uint8 [H, W, 3], the empty yard; clean: the same with what is in front.
    """

    index: int
    time_s: float
    pixels: Pixels
    human: Floats
    human_full: Floats
    front: Floats
    shadow: Floats
    depth_m: Floats
    scene_depth_m: Floats
    joints_m: NDArray[np.float64]
    joints_px: NDArray[np.float64]
    camera: Camera
    scene: Pixels
    clean: Pixels


class Clip:
    """The clip of a `spec`; `actor` is the person who is meant, `front` what is in front."""

    def __init__(self, spec: ClipSpec) -> None:
        random = np.random.default_rng((spec.seed, 1))
        self.spec = spec
        self.actor: Actor = acting(
            random_person(random),
            spec.motion,
            spec.frame_count,
            spec.rate_fps,
            facing_deg(spec.motion, random),
            (0.0, 0.0),
        )
        self.front: Front | None = front_of(spec)
        self._yard: Yard = random_yard(np.random.default_rng((spec.seed, 2)))
        self._standing: YardView | None = None

    def camera(self, index: int) -> Camera:
        """The camera of frame `index`."""
        spec = self.spec
        time_s = index / float(spec.rate_fps)
        return camera_at(spec.camera, spec.seed, time_s, spec.duration_s, spec.size_px)

    def frames(self) -> Iterator[TrueFrame]:
        """All frames in order, each made when it is asked for."""
        return (self.frame(index) for index in range(self.spec.frame_count))

    def frame(self, index: int) -> TrueFrame:
        """Frame `index`, whatever was asked for before."""
        camera, yard = self.camera(index), self._yard_view(index)
        human, shadow = _seen(self.actor.person.body, self.actor.vertices_m(index), camera)
        front, front_shadow = self._front(index, camera)
        dark, dark_front = yard.darkness(shadow), yard.darkness(front_shadow)
        clean = _over(yard.lit(dark_front), front, camera)
        shown = _over(yard.lit(np.maximum(dark, dark_front)), human, camera)
        shown = _over(shown, front, camera)
        joints = self.actor.joints_m(index)
        return TrueFrame(
            index=index,
            time_s=index / float(self.spec.rate_fps),
            pixels=_levels(shown, np.random.default_rng((self.spec.seed, 4, index))),
            human=human.coverage * (1 - front.coverage),
            human_full=human.coverage,
            front=front.coverage,
            shadow=yard.small(dark) * (1 - human.coverage) * (1 - front.coverage),
            depth_m=_nearest(yard.depth_m, human.depth_m, front.depth_m),
            scene_depth_m=yard.depth_m,
            joints_m=joints,
            joints_px=camera.project(joints)[0],
            camera=camera,
            scene=_levels(yard.lit(np.zeros_like(dark))),
            clean=_levels(clean),
        )

    def write(self, path: Path) -> None:
        """The clip as a driving video, "NAME.mp4"."""
        size_px = self.spec.size_px
        with open_sink(path, size_px, size_px, self.spec.rate_fps) as sink:
            for frame in self.frames():
                sink.write(frame.index, frame.pixels)

    def _front(self, index: int, camera: Camera) -> tuple[View, Shadow]:
        if self.front is None:
            nothing = replace(self.actor.person.body, triangles=np.zeros((0, 3), np.int32))
            return render_vertices(nothing, nothing.vertices_m, camera), NO_SHADOW
        return _seen(self.front.mesh, self.front.vertices_m(index), camera)

    def _yard_view(self, index: int) -> YardView:
        if self.spec.camera != "static":
            return view_yard(self._yard, self.camera(index))
        if self._standing is None:
            self._standing = view_yard(self._yard, self.camera(index))
        return self._standing


def _seen(mesh: Body, vertices_m: NDArray[np.float64], camera: Camera) -> tuple[View, Shadow]:
    return render_vertices(mesh, vertices_m, camera), cast_shadow(vertices_m)


def _over(under: Floats, view: View, camera: Camera) -> Floats:
    return np.asarray(under * (1 - view.coverage[..., None]) + lit(view, camera), np.float32)


def _nearest(*depths_m: NDArray[np.floating]) -> Floats:
    return np.asarray(np.min(np.stack(depths_m), axis=0), np.float32)


def _levels(colours: Floats, noise: np.random.Generator | None = None) -> Pixels:
    levels = colours * np.float32(255)
    if noise is not None:
        levels = levels + NOISE_LEVELS * noise.standard_normal(levels.shape, np.float32)
    return np.asarray(cv2.convertScaleAbs(levels.clip(0, 255)), np.uint8)

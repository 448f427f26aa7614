"""How well another surface's colours can be read off pictures of it, with our body fitted to it.

    python -m benchmarks.palette                       about one minute, one core

The colours of the official motion frames lie on SMPL's mesh and were not published. They could be
read off official templates: our body is fitted to the person, and each of its vertices takes the
median of the pixels that it falls on. Here another body (of another build) in colours that nobody
tells stands for SMPL's, and the fit is off as real fits are: by so much in the joints, so much in
the place. What is printed is how far the colours found are from the true ones, in levels of 255,
and how far on the surface one has to go for as large a change of colour.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import click
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats
from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import Camera
from mimo_runtime.body.normals import vertex_normals
from mimo_runtime.body.pose import Pose
from mimo_runtime.body.render import render_pose, render_vertices
from mimo_runtime.body.rotations import from_axis_angle
from mimo_runtime.body.shipped import load_body
from mimo_runtime.body.skinning import pose_vertices
from mimo_runtime.motions.camera_placement import CameraChoice, place_camera
from mimo_runtime.motions.procedural import PROCEDURAL

SIZE_PX = 384
MOTIONS = ("walk", "turn", "kick", "circle-arms")
FITS = ((0.0, 0.0), (3.0, 0.01), (6.0, 0.02))
_KEPT, _FEWEST = 64, 3
_FACING, _NEAR_M, _DARK = -0.4, 0.02, 24


@dataclass(frozen=True, slots=True)
class Found:
    """Of vertices: the share that was seen; levels off, mean and 9th decile; the same in cm."""

    joints_deg: float
    position_m: float
    seen: float
    mean_levels: float
    most_levels: float
    mean_cm: float


def hidden_colours(body: Body) -> Floats:
    """Colours that change over the surface in all directions, as a motion code does."""
    x, y, z = np.moveaxis(body.surface.astype(np.float64), -1, 0)
    waves = [np.sin(9 * y + 3 * x), np.cos(7 * x + 5 * z), np.sin(6 * z + 8 * y + 1)]
    return np.stack([0.15 + 0.425 * (1 + wave) for wave in waves], axis=1).astype(np.float32)


class Samples:
    """Up to `_KEPT` colours of every vertex, of many any (reservoir sampling)."""

    def __init__(self, vertices: int, random: np.random.Generator) -> None:
        self._levels = np.zeros((vertices, _KEPT, 3), np.uint8)
        self._counts = np.zeros(vertices, np.int64)
        self._random = random

    def add(self, vertices: NDArray[np.int64], levels: NDArray[np.uint8]) -> None:
        """A colour [n, 3] for each of some vertices [n], each of them once."""
        seen = self._counts[vertices]
        anywhere = (self._random.random(len(vertices)) * (seen + 1)).astype(np.int64)
        slots = np.where(seen < _KEPT, seen, anywhere)
        used = slots < _KEPT
        self._levels[vertices[used], slots[used]] = levels[used]
        self._counts[vertices] += 1

    def medians(self) -> NDArray[np.float64]:
        """Levels [V, 3]; nan of a vertex that was hardly seen."""
        found = np.full((len(self._counts), 3), np.nan)
        for vertex in np.flatnonzero(self._counts >= _FEWEST):
            found[vertex] = np.median(self._levels[vertex, : self._counts[vertex]], axis=0)
        return found


def visible(body: Body, pose: Pose, camera: Camera) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The vertices [n] that face the camera and that nothing hides, and their pixels [n, 2]."""
    vertices_m = pose_vertices(body, pose)
    depth_m = render_vertices(body, vertices_m, camera, 1).depth_m
    places, depths = camera.project(vertices_m)
    pixels = places.astype(np.int64)
    facing = vertex_normals(vertices_m, body.triangles) @ camera.rotation[2] < _FACING
    inside = (pixels >= 0).all(axis=1) & (pixels < (camera.width_px, camera.height_px)).all(axis=1)
    able = np.flatnonzero(facing & inside)
    nearest = depth_m[pixels[able, 1], pixels[able, 0]]
    able = able[np.abs(nearest - depths[able]) < _NEAR_M]
    return able, pixels[able]


def measure(joints_deg: float, position_m: float, names: Sequence[str], frames: int) -> Found:
    """Draw another body, fit ours about as well as is said, and compare the colours."""
    random = np.random.default_rng(0)
    ours, other = load_body(), load_body({"male": 1.0, "heavy": 0.5})
    truth = hidden_colours(ours)
    other = replace(other, colours=truth)
    samples = Samples(len(truth), random)
    for name in names:
        shown = PROCEDURAL[name](other.skeleton, frames, Fraction(10))
        fitted = PROCEDURAL[name](ours.skeleton, frames, Fraction(10))
        choice = CameraChoice(azimuth_deg=float(random.uniform(-180, 180)))
        camera = place_camera(shown, other.skeleton, choice, (SIZE_PX, SIZE_PX)).at(0)
        for index in range(frames):
            picture = render_pose(other, shown.pose(index), camera).rgb
            pose = fitted.pose(index)
            off = np.radians(joints_deg) * random.normal(size=(ours.skeleton.joint_count, 3))
            turned = pose.rotations @ from_axis_angle(off / np.sqrt(3))
            root = shown.root_m[index] + position_m * random.normal(size=3)
            vertices, pixels = visible(ours, Pose(root, turned), camera)
            levels = picture[pixels[:, 1], pixels[:, 0]]
            lit = levels.max(axis=1) > _DARK
            samples.add(vertices[lit], levels[lit])
    return _compared(joints_deg, position_m, samples.medians(), ours, truth)


def _compared(
    joints_deg: float, position_m: float, found: NDArray[np.float64], body: Body, truth: Floats
) -> Found:
    seen = ~np.isnan(found[:, 0])
    off = np.abs(found[seen] - 255 * truth[seen]).mean(axis=1)
    ends = body.triangles[:, :2]
    change = np.abs(255 * np.diff(truth[ends], axis=1)).mean(axis=(1, 2))
    way_m = np.linalg.norm(np.diff(body.vertices_m[ends], axis=1), axis=2)[:, 0]
    levels_per_m = change.sum() / way_m.sum()
    return Found(
        joints_deg, position_m, float(seen.mean()), float(off.mean()),
        float(np.percentile(off, 90)), float(100 * off.mean() / levels_per_m),
    )  # fmt: skip


def table(rows: Sequence[Found]) -> str:
    """The results as Markdown."""
    lines = ["| joints off | place off | seen | levels off | 9 of 10 below | on the surface |",
             "|---|---|---|---|---|---|"]  # fmt: skip
    lines += [
        f"| {row.joints_deg:g} degrees | {100 * row.position_m:g} cm | {row.seen:.0%} | "
        f"**{row.mean_levels:.0f}** | {row.most_levels:.0f} | {row.mean_cm:.0f} cm |"
        for row in rows
    ]
    return "\n".join(lines)


@click.command()
@click.option("--frames", default=40, show_default=True, help="Frames of each motion.")
def main(frames: int) -> None:
    """Print how well colours can be read off."""
    print(table([measure(joints, place, MOTIONS, frames) for joints, place in FITS]))


if __name__ == "__main__":
    main()

"""How far away a figure is, against the body's own picture."""

import subprocess
import sys

import numpy as np

from mimo_runtime.body.pose import Pose
from mimo_runtime.body.render import render_pose
from mimo_runtime.body.shipped import load_body
from mimo_runtime.characters.outfit import Outfit
from mimo_runtime.characters.planes import NAMES
from mimo_runtime.synthesis.motion_planes import FigurePlanes
from tests.runtime.characters.painted import standing
from tests.runtime.characters.test_figure import of_one_colour


def test_depth_is_that_of_the_body() -> None:
    body, painted = load_body(), standing()
    figure = of_one_colour(body, (200, 100, 50), Outfit(np.zeros(len(body.vertices_m), np.float32)))
    planes = FigurePlanes(figure, body.skeleton, NAMES, (64, 64))
    pose, camera = Pose.rest(body.skeleton), painted.camera
    depth_m = planes.depth_m(pose, camera)
    view = render_pose(figure.dressed, planes.cast.pose(pose), camera, samples=1)
    assert depth_m.dtype == np.float32
    assert depth_m.shape == (camera.height_px, camera.width_px)
    np.testing.assert_array_equal(depth_m > 0, view.mask)
    np.testing.assert_allclose(depth_m[view.mask], view.depth_m[view.mask], rtol=1e-6)
    assert 0.01 < view.mask.mean() < 0.9


def test_nothing_is_left_to_compile_for_who_comes_first() -> None:
    script = """
import gc
from mimo_runtime.body.jit import Compiled
from mimo_runtime.characters import character
from mimo_runtime.synthesis.motion_planes import draw_once
draw_once()
loops = [each for each in gc.get_objects() if isinstance(each, Compiled)]
assert len(loops) > 8
print([each.__name__ for each in loops if each._machine_code is None])
"""
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "[]"

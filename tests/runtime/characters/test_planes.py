"""The planes of a posed character."""

from dataclasses import replace

import numpy as np
import pytest

from mimo_runtime.body.render import render_pose
from mimo_runtime.body.shipped import load_texture_corners
from mimo_runtime.characters.atlas import shipped_atlas
from mimo_runtime.characters.planes import (
    CONFIDENCE,
    NAMES,
    NORMALS,
    RGB,
    SURFACE,
    draw_planes,
)
from mimo_runtime.characters.texture import GUESSED, NOWHERE, SEEN, Texture
from tests.runtime.characters.painted import standing


@pytest.fixture(scope="module")
def texture():
    """The surface coordinates as colours, half sure."""
    atlas, body = shipped_atlas(512), standing().body
    places = atlas.spread(body.surface.astype(np.float64), body)
    return Texture(
        atlas.picture(np.rint(places * 255).astype(np.uint8)),
        atlas.picture(np.full(len(places), 128, np.uint8)),
        atlas.picture(np.full(len(places), SEEN, np.uint8)),
    )


@pytest.fixture(scope="module")
def drawn(texture):
    painted = standing()
    corners = load_texture_corners().uv
    return draw_planes(painted.body, corners, texture, painted.pose, painted.camera)


def test_the_planes_show_what_the_raster_pass_shows(drawn):
    painted = standing()
    view = render_pose(painted.body, painted.pose, painted.camera)
    assert drawn.values.shape == (len(NAMES), *view.depth_m.shape)
    assert drawn.coverage == pytest.approx(view.coverage, abs=1e-6)
    assert pytest.approx(view.surface[view.mask], abs=1e-5) == drawn.values[SURFACE][:, view.mask].T
    assert drawn.values[NORMALS].transpose(1, 2, 0) == pytest.approx(view.normals, abs=1e-5)


def test_the_texture_lies_on_the_body_up_to_its_edge(drawn):
    covered = drawn.coverage > 0
    off = np.abs(drawn.rgb - drawn.values[SURFACE])[:, covered]
    assert off.mean() < 0.005
    whole = drawn.coverage == 1
    rim = covered & ~whole
    brightness = drawn.rgb.sum(axis=0) / np.maximum(drawn.values[SURFACE].sum(axis=0), 1e-3)
    assert np.median(brightness[rim]) == pytest.approx(np.median(brightness[whole]), abs=0.01)
    assert drawn.values[CONFIDENCE][covered] == pytest.approx(128 / 255, abs=1e-5)


def test_outside_the_nearest_pixel_of_the_body_is_carried_on(drawn):
    outside = drawn.coverage == 0
    assert (drawn.values[CONFIDENCE][outside] == 0).all()
    assert (drawn.values[NORMALS][:, outside] == 0).all()
    row = int(np.flatnonzero(drawn.coverage.any(axis=1))[-1])
    column = int(np.flatnonzero(drawn.coverage[row])[0])
    for part in (SURFACE, RGB):
        assert (drawn.values[part][:, row + 3, column] == drawn.values[part][:, row, column]).all()


def test_nobody_in_view_gives_nothing_and_the_buffer_is_used_again(texture):
    painted = standing()
    away = replace(painted.camera, translation_m=np.array([0.0, 0, -20]))
    out = np.ones((len(NAMES), away.height_px, away.width_px), np.float32)
    corners = load_texture_corners().uv
    drawn = draw_planes(painted.body, corners, texture, painted.pose, away, out)
    assert drawn.values is out
    assert not out.any()


def test_a_smaller_texture_has_the_means_of_what_is_on_the_body():
    origin = np.array([[SEEN, GUESSED], [NOWHERE, NOWHERE]], np.uint8).repeat(2, axis=1)
    origin = np.vstack([origin, np.zeros_like(origin)])
    rgb = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    small = Texture(rgb, np.full((4, 4), 9, np.uint8), origin).reduced(2)
    assert small.origin.tolist() == [[SEEN, GUESSED], [NOWHERE, NOWHERE]]
    assert small.rgb[0].tolist() == [rgb[0, :2].mean(axis=0).round().tolist(),
                                     rgb[0, 2:].mean(axis=0).round().tolist()]  # fmt: skip
    assert small.confidence.tolist() == [[9, 9], [0, 0]]

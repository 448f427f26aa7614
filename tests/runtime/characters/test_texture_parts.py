"""The texture map, its mirror image, and colours that flow."""

import numpy as np
import pytest

from mimo_runtime.body.shipped import load_body
from mimo_runtime.characters.atlas import shipped_atlas
from mimo_runtime.characters.diffusion import diffuse
from mimo_runtime.characters.mirror import mirrored_texels, mirrored_vertices
from mimo_runtime.characters.texture import (
    GUESSED,
    NOWHERE,
    SEEN,
    Texture,
    read_texture,
    write_texture,
)  # fmt: skip
from mimo_runtime.errors import MediaError


@pytest.fixture(scope="module")
def atlas():
    return shipped_atlas(256)


def test_texels_know_where_they_are_on_the_body(atlas):
    body = load_body()
    middles = np.column_stack([atlas.columns, atlas.rows]) + 0.5
    again = np.einsum("kc,kcd->kd", atlas.shares, atlas.corners_px[atlas.triangles])
    assert np.abs(again - middles).max() < 0.6
    assert atlas.spread(body.vertices_m, body)[:, 1].min() >= 0
    assert len(atlas.rows) > 0.5 * 256 * 256


def test_a_picture_of_texels_has_each_at_its_place(atlas):
    numbers = atlas.picture(np.arange(1, len(atlas.rows) + 1))
    assert (numbers - 1 == atlas.index()).all()


def test_every_vertex_is_the_mirror_image_of_its_mirror_image():
    body = load_body()
    twins = mirrored_vertices(body)
    assert (twins[twins] == np.arange(len(twins))).all()
    assert body.vertices_m[twins] == pytest.approx(body.vertices_m * (-1, 1, 1), abs=2e-3)


def test_mirrored_texels_show_the_other_side(atlas):
    body = load_body()
    twins = mirrored_texels(atlas, body)
    found = twins >= 0
    assert found.mean() > 0.95
    places = atlas.spread(body.vertices_m, body)
    off = np.linalg.norm(places[twins[found]] - places[found] * (-1, 1, 1), axis=1)
    assert np.percentile(off, 99) < 0.02


def test_colours_flow_into_what_is_unknown_and_known_ones_stay():
    count = 12
    strip = np.array([[i, i + 1, i + 2] for i in range(count - 2)], np.int32)
    colours = np.zeros((count, 3), np.float32)
    colours[0], colours[-1] = 100, 200
    known = np.zeros(count, bool)
    known[[0, -1]] = True
    found = diffuse(colours, known, strip)
    assert (found[known] == colours[known]).all()
    assert (np.diff(found[:, 0]) > 0).all()


def test_parts_that_hang_together_with_nothing_get_the_mean():
    colours = np.array([[10, 0, 0], [30, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0]], np.float32)
    triangles = np.array([[0, 1, 0], [2, 3, 4]], np.int32)
    found = diffuse(colours, np.array([True, True, False, False, False]), triangles)
    assert (found[2:, 0] == 20).all()


def test_a_texture_comes_back(tmp_path):
    origin = np.full((4, 4), SEEN, np.uint8)
    origin[0], origin[1, 0] = NOWHERE, GUESSED
    texture = Texture(np.full((4, 4, 3), 7, np.uint8), np.full((4, 4), 9, np.uint8), origin)
    write_texture(tmp_path / "t.npz", texture)
    again = read_texture(tmp_path / "t.npz")
    assert (again.rgb == texture.rgb).all()
    assert (again.origin == origin).all()
    assert again.share(GUESSED) == pytest.approx(1 / 12)


def test_a_file_that_is_no_texture_is_refused(tmp_path):
    np.savez(tmp_path / "t.npz", rgb=np.zeros((4, 5, 3), np.uint8))
    with pytest.raises(MediaError, match="no uint8 rgb"):
        read_texture(tmp_path / "t.npz")

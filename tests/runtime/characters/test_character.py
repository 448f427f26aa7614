"""A character from one picture: what was seen is right, what was not is plausible and flagged."""

from dataclasses import replace

import numpy as np
import pytest

from mimo_runtime.body.shipped import load_texture_corners
from mimo_runtime.characters.atlas import shipped_atlas
from mimo_runtime.characters.character import make_character
from mimo_runtime.characters.completion import complete
from mimo_runtime.characters.drawing import a_pose, draw_textured, front_camera
from mimo_runtime.characters.picture_fit import fit_picture
from mimo_runtime.characters.sampling import sample_colours
from mimo_runtime.characters.square import square_around
from mimo_runtime.characters.texture import GUESSED, MIRRORED, NOWHERE, SEEN
from mimo_runtime.errors import MediaError
from tests.runtime.characters.painted import SHIRT, TROUSERS, standing

ATLAS_PX = 256


@pytest.fixture(scope="module")
def atlas():
    return shipped_atlas(ATLAS_PX)


def textured(atlas, painted):
    samples = sample_colours(
        atlas, painted.body, painted.pose, painted.camera, painted.rgb, painted.alpha
    )
    return samples, complete(atlas, painted.body, samples)


def truth(atlas, painted):
    return atlas.spread(painted.body.colours, painted.body) * 255


@pytest.mark.parametrize("azimuth_deg", [0, 35])
def test_seen_texels_have_the_true_colours(atlas, azimuth_deg):
    painted = standing(azimuth_deg)
    samples, _ = textured(atlas, painted)
    off = np.abs(samples.rgb - truth(atlas, painted)).max(axis=1)
    sure = samples.confidence > 0.5
    assert sure.mean() > 0.2
    assert np.median(off[sure]) < 3
    assert np.percentile(off[sure], 90) < 30


def test_what_faces_away_or_is_hidden_is_not_seen(atlas):
    painted = standing(0)
    samples, _ = textured(atlas, painted)
    places = atlas.spread(painted.body.vertices_m, painted.body)
    back = (places[:, 2] < -0.05) & (np.abs(places[:, 0]) < 0.1) & (places[:, 1] > 1)
    assert back.any()
    assert samples.confidence[back].max() < 0.2


def test_the_back_gets_the_clothes_of_the_front(atlas):
    painted = standing(0)
    _, texture = textured(atlas, painted)
    places = atlas.spread(painted.body.vertices_m, painted.body)
    found = texture.rgb[atlas.rows, atlas.columns].astype(float)
    real = truth(atlas, painted)
    for colour in (SHIRT, TROUSERS):
        is_this = np.abs(real - np.array(colour) * 255).max(axis=1) < 1
        back = is_this & (places[:, 2] < -0.03)
        assert back.sum() > 50
        assert np.median(np.abs(found[back] - real[back]).max(axis=1)) < 12


def test_from_the_side_the_other_side_is_mirrored_and_flagged(atlas):
    painted = standing(70)
    _, texture = textured(atlas, painted)
    origin = texture.origin[atlas.rows, atlas.columns]
    assert (origin == MIRRORED).mean() > 0.1
    found = texture.rgb[atlas.rows, atlas.columns].astype(float)[origin == MIRRORED]
    real = truth(atlas, painted)[origin == MIRRORED]
    assert np.median(np.abs(found - real).max(axis=1)) < 15
    assert set(np.unique(texture.origin)) == {NOWHERE, SEEN, MIRRORED, GUESSED}
    guessed = texture.confidence[texture.origin == GUESSED]
    assert guessed.max() < texture.confidence[texture.origin == SEEN].min()


def test_a_colour_outside_of_the_matte_is_fetched_from_inside(atlas):
    painted = standing(0)
    narrow = np.where(painted.alpha < 255, 0, painted.alpha).astype(np.uint8)
    green = painted.rgb.copy()
    green[narrow == 0] = (0, 255, 0)
    samples = sample_colours(atlas, painted.body, painted.pose, painted.camera, green, narrow)
    sure = samples.confidence > 0.3
    assert (samples.rgb[sure, 1] < 200).mean() > 0.999


def test_the_picture_is_drawn_again_from_its_texture():
    painted = standing(0)
    _, texture = textured(shipped_atlas(512), painted)
    corners = load_texture_corners().uv
    drawn = draw_textured(painted.body, corners, texture, painted.pose, painted.camera)
    solid = (painted.alpha == 255) & (drawn[..., 3] == 255)
    assert np.abs(drawn[..., 3].astype(int) - painted.alpha).mean() < 1
    off = np.abs(drawn[..., :3].astype(int) - painted.rgb)[solid]
    assert np.median(off) <= 3
    assert off.mean() < 10


def test_the_a_pose_is_whole_upright_and_symmetric():
    body = standing(0).body
    pose = a_pose(body)
    camera = front_camera(body, pose, 128)
    _, texture = textured(shipped_atlas(128), standing(0))
    drawn = draw_textured(body, load_texture_corners().uv, texture, pose, camera)[..., 3]
    rows, columns = np.nonzero(drawn)
    assert 4 <= rows.min() < rows.max() <= 123
    assert rows.max() - rows.min() > 105
    assert columns.min() > 4
    assert columns.max() < 123
    assert np.abs(drawn.astype(int) - drawn[:, ::-1]).mean() < 4


def test_the_body_is_fitted_to_the_picture():
    painted = standing(35)
    fit = fit_picture(painted.seen, painted.alpha)
    assert fit.overlap > 0.85
    assert fit.body.skeleton.rest_m == pytest.approx(painted.body.skeleton.rest_m, abs=0.06)


def test_a_character_is_two_pictures_a_texture_and_sentences():
    painted = standing(0)
    made = make_character(painted.rgb, painted.alpha, painted.seen, 192)
    canonical = made.canonical()
    assert made.picture.shape == canonical.shape == (192, 192, 4)
    rows, columns = np.nonzero(made.picture[..., 3] > 8)
    assert 5 <= rows.min() < rows.max() <= 186
    assert abs(rows.min() + rows.max() - 191) <= 2
    assert abs(columns.min() + columns.max() - 191) <= 2
    shirt = canonical[80, 96, :3] / 255
    assert np.abs(shirt - SHIRT).max() < 0.1
    assert any("not in the picture" in guess for guess in made.guesses)


def test_the_square_and_its_camera_agree():
    painted = standing(0)
    square = square_around(painted.alpha, 100)
    cut = square.cut(painted.rgb, painted.alpha)
    camera = square.seen_by(painted.camera)
    foot = np.array([0.18, 0.02, 0.05])
    x, y = painted.camera.project(foot)[0]
    wanted = ((x - square.left_px) * square.scale, (y - square.top_px) * square.scale)
    assert camera.project(foot)[0] == pytest.approx(wanted)
    column, row = camera.project(np.array([0, 1.1, 0.1]))[0].astype(int)
    assert cut[row, column, 3] == 255
    assert cut[0, 0, 3] == 0


def test_an_empty_matte_is_said():
    with pytest.raises(MediaError, match="told apart as the character"):
        square_around(np.zeros((20, 30), np.uint8), 64)


def test_a_body_that_lies_elsewhere_is_said():
    painted = standing(0)
    away = replace(painted.seen, points=painted.seen.points + np.float32([5000, 0, 0]))
    with pytest.raises(MediaError, match="does not lie on the character"):
        make_character(painted.rgb, painted.alpha, away, 64)

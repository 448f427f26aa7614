"""The texture of a person in a skirt, from one picture to the side that it does not show."""

from dataclasses import replace

import numpy as np
import pytest

from mimo_runtime.body.shipped import load_body
from mimo_runtime.characters.atlas import atlas_of, shipped_atlas
from mimo_runtime.characters.outfit import Outfit, dressed, outfit_of
from mimo_runtime.characters.planes import draw_planes
from mimo_runtime.characters.skirt import Skirt, texture_corners
from mimo_runtime.characters.skirt_texture import with_skirt
from mimo_runtime.characters.texture import GUESSED, NOWHERE, SEEN, Texture
from mimo_runtime.characters.whole_texture import whole_texture
from mimo_runtime.errors import MediaError
from tests.runtime.characters.skirted import CLOTH, picture, posture, seen_from, skirted

TEXTURE_PX = 256


@pytest.fixture(scope="module")
def made():
    bare, pose, camera = load_body(), posture(), seen_from()
    view, alpha = picture(skirted(), pose, camera)
    outfit = outfit_of(bare, pose, camera, alpha)
    return outfit, whole_texture(
        bare, dressed(bare, outfit), pose, camera, view.rgb, alpha, TEXTURE_PX
    )


@pytest.mark.parametrize("azimuth_deg", [0, 90, 180])
def test_cloth_has_its_colour_all_around_and_hangs_between_the_legs(made, azimuth_deg):
    outfit, texture = made
    pose, camera = posture(0, 20), seen_from(azimuth_deg)
    planes = draw_planes(dressed(load_body(), outfit), texture_corners(), texture, pose, camera)
    truth, _ = picture(skirted(), pose, camera)
    cloth = truth.mask & (np.abs(truth.rgb / 255 - CLOTH).max(axis=-1) < 0.02)
    off = np.abs(planes.rgb.transpose(1, 2, 0) - CLOTH).max(axis=-1)
    assert (planes.coverage[cloth] > 0.5).mean() > 0.95
    assert np.median(off[cloth]) < 0.05


def test_each_texel_of_the_skirt_knows_where_it_is_from(made):
    _, texture = made
    atlas = atlas_of(texture_corners(), TEXTURE_PX, len(load_body().triangles))
    origin = texture.origin[atlas.rows, atlas.columns]
    assert set(np.unique(origin)) == {SEEN, GUESSED}
    assert 0.2 < (origin == SEEN).mean() < 0.6


def test_without_a_skirt_its_part_of_the_map_is_empty(made):
    outfit, _ = made
    bare, pose, camera = load_body(), posture(), seen_from()
    view, alpha = picture(bare, pose, camera)
    plain = Outfit(np.zeros_like(outfit.lengths_m))
    texture = whole_texture(bare, dressed(bare, plain), pose, camera, view.rgb, alpha, TEXTURE_PX)
    atlas = atlas_of(texture_corners(), TEXTURE_PX, len(bare.triangles))
    assert (texture.origin[atlas.rows, atlas.columns] == NOWHERE).all()
    assert dressed(bare, plain).triangles is bare.triangles


def test_a_body_beside_the_character_is_refused():
    bare = load_body()
    away = replace(seen_from(), translation_m=np.array([50.0, 0, 4]))
    view, alpha = picture(bare, posture(), seen_from())
    nothing = Outfit(np.zeros(len(bare.vertices_m), np.float32))
    with pytest.raises(MediaError, match="does not lie on the character"):
        whole_texture(bare, dressed(bare, nothing), posture(), away, view.rgb, alpha, TEXTURE_PX)


def test_a_skirt_of_which_nothing_is_surely_seen_is_coloured_all_the_same():
    bare, pose = load_body(), posture()
    worn = dressed(bare, Outfit(np.zeros(len(bare.vertices_m), np.float32), Skirt(0.5)))
    view, alpha = picture(bare, pose, seen_from())
    away = replace(seen_from(), translation_m=np.array([50.0, 0, 4]))
    before = shipped_atlas(TEXTURE_PX).picture(
        np.zeros(shipped_atlas(TEXTURE_PX).rows.shape, np.uint8)
    )
    empty = Texture(np.dstack([before] * 3), before, before)
    texture = with_skirt(empty, worn, pose, away, view.rgb, alpha)
    atlas = atlas_of(texture_corners(), TEXTURE_PX, len(bare.triangles))
    assert (texture.origin[atlas.rows, atlas.columns] == GUESSED).all()

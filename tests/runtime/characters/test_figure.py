"""A figure: kept in a folder, put in somebody's place, drawn into a frame."""

from dataclasses import replace

import numpy as np
import pytest

from mimo_runtime.body.camera import orbit
from mimo_runtime.body.pose import Pose, transforms_of
from mimo_runtime.body.shipped import load_body
from mimo_runtime.body.skinning import pose_vertices
from mimo_runtime.characters.atlas import shipped_atlas
from mimo_runtime.characters.casting import cast
from mimo_runtime.characters.contact_shadow import contact_shadow
from mimo_runtime.characters.figure import Figure, read_figure, write_fit
from mimo_runtime.characters.folder import (
    FIT,
    PICTURE,
    CharacterRecord,
    write_character_record,
)
from mimo_runtime.characters.outfit import Outfit, dressed
from mimo_runtime.characters.person_layer import draw_person
from mimo_runtime.characters.skirt import Skirt, texture_corners
from mimo_runtime.characters.texture import SEEN, Texture, write_texture
from mimo_runtime.errors import MediaError, UnsupportedError
from mimo_runtime.fitting.proportions import Proportions, proportioned
from mimo_runtime.media.picture import encode_png
from tests.runtime.characters.painted import standing

SHAPE, PROPORTIONS = {"heavy": 0.5}, Proportions(size=1.1, thigh=0.9)


def outfit_for(body):
    return Outfit(np.full(len(body.vertices_m), 0.015, np.float32), Skirt(0.4, 0.25))


def of_one_colour(body, colour, outfit):
    atlas = shipped_atlas(256)
    count = len(atlas.rows)
    texture = Texture(
        atlas.picture(np.tile(np.uint8(colour), (count, 1))),
        atlas.picture(np.full(count, 255, np.uint8)),
        atlas.picture(np.full(count, SEEN, np.uint8)),
    )
    painted = standing()
    picture = np.dstack([painted.rgb, painted.alpha])
    return Figure(body, dressed(body, outfit), texture, picture, painted.pose, painted.camera)


@pytest.fixture(scope="module")
def figure():
    body = proportioned(load_body(SHAPE), PROPORTIONS)
    return of_one_colour(body, (200, 100, 50), outfit_for(body))


@pytest.fixture
def folder(tmp_path, figure):
    record = CharacterRecord(
        "me.png", "0" * 64, 384, {}, (), (), figure.body.name, SHAPE, PROPORTIONS, 0.9, {}
    )
    write_character_record(tmp_path, record)
    write_texture(tmp_path / "texture.npz", figure.texture)
    (tmp_path / PICTURE).write_bytes(encode_png(figure.picture))
    write_fit(tmp_path, figure.pose, figure.camera, outfit_for(figure.body))
    return tmp_path


def test_a_figure_comes_back_from_its_folder(folder, figure):
    again = read_figure(folder)
    assert again.body.vertices_m == pytest.approx(figure.body.vertices_m)
    assert again.dressed.vertices_m == pytest.approx(figure.dressed.vertices_m, abs=2e-5)
    assert (again.texture.rgb == figure.texture.rgb).all()
    assert again.pose.rotations == pytest.approx(figure.pose.rotations)
    assert (again.picture == figure.picture).all()
    assert again.camera.focal_px == figure.camera.focal_px
    assert again.camera.rotation == pytest.approx(figure.camera.rotation)


def test_a_folder_made_before_there_were_skirts_has_none(folder, figure):
    with np.load(folder / FIT) as data:
        arrays = {name: data[name] for name in data if name != "skirt"}
    np.savez(folder / FIT, **arrays)
    assert len(read_figure(folder).dressed.vertices_m) == len(figure.body.vertices_m)


def test_an_older_folder_and_a_damaged_one_are_said(folder):
    fit = folder / FIT
    whole = fit.read_bytes()
    fit.unlink()
    with pytest.raises(MediaError, match="earlier version"):
        read_figure(folder)
    fit.write_bytes(whole[:200])
    with pytest.raises(MediaError, match=r"fit\.npz"):
        read_figure(folder)
    with fit.open("wb") as file:
        np.savez(file, root_m=np.full(3, np.nan))
    with pytest.raises(MediaError, match="root_m"):
        read_figure(folder)


def test_in_the_place_of_somebody_else_legs_are_as_long_and_feet_as_low(figure):
    body = load_body()
    other = replace(body, vertices_m=0.8 * body.vertices_m)
    skeleton = replace(body.skeleton, rest_m=0.8 * body.skeleton.rest_m)
    played = cast(figure, skeleton)
    pose = Pose(skeleton.rest_m[0] + np.array([0.3, 0.0, 1.0]), standing().pose.rotations)
    theirs = pose_vertices(replace(other, skeleton=skeleton), pose)
    ours = pose_vertices(played.figure.body, played.pose(pose))
    assert ours[:, 1].min() == pytest.approx(theirs[:, 1].min(), abs=0.02)
    assert np.ptp(ours[:, 1]) == pytest.approx(np.ptp(theirs[:, 1]), rel=0.1)
    feet = transforms_of(played.figure.body.skeleton, played.pose(pose)).joints_m[:, 1].min()
    assert feet == pytest.approx(transforms_of(skeleton, pose).joints_m[:, 1].min())


def test_another_kind_of_skeleton_is_refused(figure):
    skeleton = load_body().skeleton
    names = ("pelvis", *skeleton.names[1:])
    with pytest.raises(UnsupportedError, match="other joints"):
        cast(figure, replace(skeleton, names=names))


def test_the_layer_is_the_person_and_a_shadow_in_their_place(figure):
    corners = texture_corners()
    played = cast(figure, figure.body.skeleton)
    camera = orbit((0, 0.9, 0), 30, 1.6, 5, (400, 300), 350)
    pose = Pose.rest(figure.body.skeleton)
    layer = draw_person(played, corners, pose, camera)
    height, width = layer.rgba.shape[:2]
    assert height < 300
    assert width < 200
    x, y = camera.project(np.array([0, 1.1, 0]))[0]
    middle = layer.rgba[int(y) - layer.top, int(x) - layer.left]
    assert middle == pytest.approx(np.array([200, 100, 50, 255]) / 255, abs=0.01)
    assert (layer.rgba[..., :3] <= layer.rgba[..., 3:] + 1e-6).all()
    x, y = camera.project(np.array([0.25, 0, 0]))[0]
    beside = layer.rgba[int(y) - layer.top, int(x) - layer.left]
    assert not beside[:3].any()
    assert 0.05 < beside[3] < 0.7


def test_nobody_in_the_picture_is_an_empty_layer(figure):
    corners = texture_corners()
    camera = orbit((0, 0.9, 0), 30, 1.6, 5, (400, 300), 350)
    away = Pose(np.array([0, 0.9, 30.0]), Pose.rest(figure.body.skeleton).rotations)
    layer = draw_person(cast(figure, figure.body.skeleton), corners, away, camera)
    assert not layer.rgba.any()


def test_a_shadow_lies_under_the_feet_and_fades_with_height():
    body = load_body()
    camera = orbit((0, 0.9, 0), 0, 1.8, 5, (200, 200), 180)
    standing_m = pose_vertices(body, Pose.rest(body.skeleton))
    dark = contact_shadow(standing_m, camera)
    row, column = np.unravel_index(dark.argmax(), dark.shape)
    below = camera.project(np.array([0, 0, 0]))[0]
    assert np.hypot(column - below[0], row - below[1]) < 15
    assert 0.3 < dark.max() <= 0.6
    jumping = contact_shadow(standing_m + np.array([0, 0.6, 0]), camera)
    assert jumping.max() < 0.4 * dark.max()

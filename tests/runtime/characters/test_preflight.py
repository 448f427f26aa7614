"""What is told before a render."""

from dataclasses import replace

import numpy as np
import pytest

from mimo_runtime.body.camera import orbit
from mimo_runtime.body.pose import Pose
from mimo_runtime.body.render import render_pose
from mimo_runtime.body.shipped import load_body
from mimo_runtime.characters.atlas import shipped_atlas
from mimo_runtime.characters.figure import Figure
from mimo_runtime.characters.preflight import preflight
from mimo_runtime.characters.texture import GUESSED, SEEN, Texture
from mimo_runtime.fitting.proportions import Proportions, proportioned


def figure(guessed=0.25, **proportions):
    atlas, body = shipped_atlas(64), proportioned(load_body(), Proportions(**proportions))
    count = len(atlas.rows)
    origin = np.where(np.arange(count) < guessed * count, GUESSED, SEEN).astype(np.uint8)
    texture = Texture(*(atlas.picture(part) for part in (np.zeros((count, 3), np.uint8), origin,
                                                         origin)))  # fmt: skip
    camera = orbit((0, 0.9, 0), 0, 1.2, 5, (512, 512), 512)
    picture = np.zeros((512, 512, 4), np.uint8)
    return Figure(body, body, texture, picture, Pose.rest(body.skeleton), camera)


def told(one, size_px=256, network_px=None):
    body = load_body()
    pose = Pose.rest(body.skeleton)
    cameras = [orbit((0, 0.9, 0), 0, 1.2, far, (size_px, size_px), size_px) for far in (9, 5)]
    return preflight(one, body.skeleton, [(pose, one) for one in cameras], network_px), cameras


def test_the_same_build_as_large_as_in_the_picture():
    found, cameras = told(figure(), 512)
    assert found.height_ratio == pytest.approx(1)
    assert found.enlarged == pytest.approx(1)
    assert found.guessed == pytest.approx(0.25, abs=0.01)
    assert found.crop_enlarged is None
    mask = render_pose(load_body(), Pose.rest(load_body().skeleton), cameras[1]).mask
    rows = np.flatnonzero(mask.any(axis=1))
    assert found.face_px == pytest.approx(0.13 * np.ptp(rows), rel=0.1)
    assert len(list(found.lines())) == 1


def test_what_spoils_a_render_is_said():
    found, _ = told(figure(0.75, thigh=0.8, shin=0.8, trunk=1.25), 1024, 2048)
    said = " ".join(found.lines())
    assert found.height_ratio > 1.15
    for part in ("built differently", "picture is enlarged 2", "networks see", "Most of the"):
        assert part in said
    small, _ = told(figure(), 96)
    assert "face is small" in " ".join(small.lines())
    nobody = preflight(figure(), load_body().skeleton, [])
    assert replace(nobody, guessed=0).face_px == 0

"""Where a skirt is seen in a picture, and where it is not."""

from dataclasses import replace

import numpy as np
import pytest

from mimo_runtime.body.shipped import load_body
from mimo_runtime.characters.displacement import displaced, displacements
from mimo_runtime.characters.hem import skirt_of
from tests.runtime.characters.skirted import picture, posture, seen_from, skirted


def found(worn, pose, camera):
    bare = load_body()
    _, alpha = picture(worn, pose, camera)
    return skirt_of(bare, displacements(bare, pose, camera, alpha), pose, camera, alpha)


@pytest.mark.parametrize("hem_m", [0.3, 0.45, 0.6])
@pytest.mark.parametrize("azimuth_deg", [0, 25, 180])
def test_the_hem_is_found(hem_m, azimuth_deg):
    skirt = found(skirted(hem_m), posture(), seen_from(azimuth_deg))
    rest_m = load_body().skeleton.rest_m
    hip_m, ankle_m = (
        rest_m[load_body().skeleton.index(f"Left{part}"), 1] for part in ("UpLeg", "Foot")
    )
    assert hip_m + skirt.length * (ankle_m - hip_m) == pytest.approx(hem_m, abs=0.07)


def test_legs_in_trousers_are_no_skirt():
    bare = load_body()
    wide = displaced(bare, np.full(len(bare.vertices_m), 0.02, np.float32))
    for worn in (bare, wide):
        assert found(worn, posture(), seen_from()) is None


def test_legs_that_hide_the_gap_tell_nothing():
    assert found(skirted(), posture(spread_deg=-11), seen_from()) is None
    assert found(skirted(), posture(), seen_from(90)) is None


def test_a_hem_that_stands_off_is_wider():
    worn = skirted()
    cloth = np.arange(len(worn.vertices_m)) >= len(load_body().vertices_m)
    down = np.clip((0.9 - worn.vertices_m[:, 1:2]) / 0.5, 0, 1) * cloth[:, None]
    flared = replace(worn, vertices_m=worn.vertices_m * (1 + 0.5 * down * (1, 0, 1)))
    narrow, wide = (found(each, posture(), seen_from()) for each in (worn, flared))
    assert wide.flare > narrow.flare + 0.1


def test_what_is_out_of_the_picture_tells_nothing():
    away = replace(seen_from(), translation_m=np.array([50.0, 0, 4]))
    assert found(skirted(), posture(), away) is None

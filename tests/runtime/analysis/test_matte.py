"""Characters cut out of pictures, and what is said about them."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from mimo_runtime.analysis.body_landmarks import Body, decode_body
from mimo_runtime.analysis.finders import open_finders
from mimo_runtime.analysis.joints import LANDMARK
from mimo_runtime.analysis.matte import CharacterFinder
from mimo_runtime.analysis.picture_quality import picture_warnings, turned_deg
from mimo_runtime.errors import MediaError
from tests.runtime.analysis.recorded import CROP, recorded
from tests.runtime.analysis.rendered import character, overlap, street, walking


@pytest.fixture(scope="module")
def finder() -> CharacterFinder:
    return open_finders().characters


def kinds(warnings) -> list[str]:
    return [warning.kind for warning in warnings]


def test_the_character_is_cut_out_with_a_soft_edge(finder: CharacterFinder) -> None:
    picture = character(street(480, 400), 80, 60)
    matte = finder.find(picture.pixels)
    assert (matte.alpha.shape, matte.alpha.dtype) == ((480, 400), np.uint8)
    assert overlap(matte.alpha / 255, picture.mask) > 0.95
    soft = (matte.alpha > 0) & (matte.alpha < 255)
    assert 0 < soft.mean() < 0.06
    assert matte.warnings == ()


def test_a_large_picture_keeps_its_resolution(finder: CharacterFinder) -> None:
    picture = character(street(1400, 1200), 150, 60, scale=4)
    matte = finder.find(picture.pixels)
    assert overlap(matte.alpha / 255, picture.mask) > 0.96


def test_half_a_body_is_said_with_its_joints(finder: CharacterFinder) -> None:
    picture = character(street(300, 300), 40, 40, scale=1.2)
    matte = finder.find(picture.pixels)
    half = next(warning for warning in matte.warnings if warning.kind == "half_body")
    assert {"left_ankle", "right_ankle"} <= set(half.joints)
    assert "left_shoulder" not in half.joints
    assert "ankle" in half.text


def test_of_two_the_one_in_the_middle_is_taken_and_it_is_said(finder: CharacterFinder) -> None:
    first = character(street(480, 900), 330, 60)
    both = character(first.pixels, 640, 60)
    matte = finder.find(both.pixels)
    assert kinds(matte.warnings) == ["several_people"]
    assert overlap(matte.alpha / 255, first.mask) > 0.94


def test_a_small_character_is_said(finder: CharacterFinder) -> None:
    picture = character(street(200, 200), 50, 30, scale=0.5)
    assert "small" in kinds(finder.find(picture.pixels).warnings)


@pytest.mark.parametrize(("azimuth_deg", "turned"), [(0, False), (90, True), (180, True)])
def test_who_is_turned_away_is_said(
    finder: CharacterFinder, azimuth_deg: float, turned: bool
) -> None:
    matte = finder.find(walking(0, azimuth_deg).pixels)
    assert ("turned" in kinds(matte.warnings)) == turned


def test_nobody_is_a_sentence(finder: CharacterFinder) -> None:
    with pytest.raises(MediaError, match="Nobody was found in the picture"):
        finder.find(street(300, 300))
    with pytest.raises(MediaError, match="Nobody was found in the picture"):
        finder.find(np.zeros((1, 1, 3), np.uint8))


class TestQuality:
    """The warnings, from a recorded body that is spoilt."""

    def body(self) -> Body:
        return decode_body(recorded(), CROP, 256)

    def warned(self, body: Body, people: int = 1) -> list[str]:
        return kinds(picture_warnings(body, people, 640, 480))

    def test_nothing_is_wrong_with_the_one_recorded(self) -> None:
        assert self.warned(self.body()) == []

    def test_hidden_joints(self) -> None:
        visibility = self.body().visibility.copy()
        visibility[LANDMARK["left_wrist"]] = 0.1
        (warning,) = picture_warnings(replace(self.body(), visibility=visibility), 1, 640, 480)
        assert (warning.kind, warning.joints) == ("occluded", ("left_wrist",))
        assert warning.text.startswith("Left wrist")

    def test_low_presence(self) -> None:
        assert self.warned(replace(self.body(), presence=0.2)) == ["unsure"]

    def test_several_people(self) -> None:
        assert self.warned(self.body(), people=3) == ["several_people"]

    def test_the_angle_of_the_shoulders(self) -> None:
        world = self.body().world.copy()
        left, right = LANDMARK["left_shoulder"], LANDMARK["right_shoulder"]
        world[left], world[right] = (0.2, -0.5, 0), (-0.2, -0.5, 0)
        assert turned_deg(replace(self.body(), world=world)) == pytest.approx(0)
        world[left], world[right] = (0, -0.5, 0.2), (0, -0.5, -0.2)
        assert turned_deg(replace(self.body(), world=world)) == pytest.approx(90)
        world[left], world[right] = (-0.2, -0.5, 0), (0.2, -0.5, 0)
        assert turned_deg(replace(self.body(), world=world)) == pytest.approx(180)


def test_a_grey_picture_of_the_character(finder: CharacterFinder) -> None:
    picture = character(street(480, 400), 80, 60)
    grey = cv2.cvtColor(cv2.cvtColor(picture.pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    assert overlap(finder.find(grey).alpha / 255, picture.mask) > 0.9

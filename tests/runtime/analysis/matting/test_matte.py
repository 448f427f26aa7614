"""Characters cut out of pictures, and what is said about them."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from mimo_runtime.analysis.estimators import open_estimators
from mimo_runtime.analysis.joints import LANDMARK
from mimo_runtime.analysis.matting.matte import CharacterMatter
from mimo_runtime.analysis.matting.picture_quality import picture_warnings, turned_deg
from mimo_runtime.analysis.pose_estimate import PoseEstimate, decode_pose
from mimo_runtime.errors import MediaError
from tests.runtime.analysis.recorded import CROP, recorded
from tests.runtime.analysis.rendered import character, overlap, street, walking


@pytest.fixture(scope="module")
def finder() -> CharacterMatter:
    return open_estimators().characters


def kinds(warnings) -> list[str]:
    return [warning.kind for warning in warnings]


def test_the_character_is_cut_out_with_a_soft_edge(finder: CharacterMatter) -> None:
    picture = character(street(480, 400), 80, 60)
    matte = finder.find(picture.pixels)
    assert (matte.alpha.shape, matte.alpha.dtype) == ((480, 400), np.uint8)
    assert overlap(matte.alpha / 255, picture.mask) > 0.95
    soft = (matte.alpha > 0) & (matte.alpha < 255)
    assert 0 < soft.mean() < 0.06
    assert matte.warnings == ()


def test_a_large_picture_keeps_its_resolution(finder: CharacterMatter) -> None:
    picture = character(street(1400, 1200), 150, 60, scale=4)
    matte = finder.find(picture.pixels)
    assert overlap(matte.alpha / 255, picture.mask) > 0.96


def test_half_a_body_is_said_with_its_joints(finder: CharacterMatter) -> None:
    picture = character(street(300, 300), 40, 40, scale=1.2)
    matte = finder.find(picture.pixels)
    half = next(warning for warning in matte.warnings if warning.kind == "half_body")
    assert {"left_ankle", "right_ankle"} <= set(half.joints)
    assert "left_shoulder" not in half.joints
    assert "ankle" in half.text


def test_of_two_who_touch_in_a_given_matte_one_is_taken(finder: CharacterMatter) -> None:
    first = character(street(480, 900), 300, 60)
    second = character(first.pixels, 560, 60)
    given = np.maximum(first.mask, second.mask)
    given[250:262, 300:800] = 1  # whatever joins them
    matte = finder.find(second.pixels, matte=np.rint(255 * given).astype(np.uint8))
    assert kinds(matte.warnings) == ["several_people"]
    assert overlap(matte.alpha / 255, first.mask) > 0.9


def test_of_two_the_one_in_the_middle_is_taken_and_it_is_said(finder: CharacterMatter) -> None:
    first = character(street(480, 900), 330, 60)
    both = character(first.pixels, 640, 60)
    matte = finder.find(both.pixels)
    assert kinds(matte.warnings) == ["several_people"]
    assert overlap(matte.alpha / 255, first.mask) > 0.94


def test_a_small_character_is_said(finder: CharacterMatter) -> None:
    picture = character(street(200, 200), 50, 30, scale=0.5)
    assert "small" in kinds(finder.find(picture.pixels).warnings)


@pytest.mark.parametrize(("azimuth_deg", "turned"), [(0, False), (90, True), (180, True)])
def test_who_is_turned_away_is_said(
    finder: CharacterMatter, azimuth_deg: float, turned: bool
) -> None:
    matte = finder.find(walking(0, azimuth_deg).pixels)
    assert ("turned" in kinds(matte.warnings)) == turned


def test_nobody_is_a_sentence(finder: CharacterMatter) -> None:
    with pytest.raises(MediaError, match="Nobody was found in the picture"):
        finder.find(street(300, 300))
    with pytest.raises(MediaError, match="Nobody was found in the picture"):
        finder.find(np.zeros((1, 1, 3), np.uint8))


class TestQuality:
    """The warnings, from a recorded body that is spoilt."""

    def body(self) -> PoseEstimate:
        return decode_pose(recorded(), CROP, 256)

    def everywhere(self) -> np.ndarray:
        """A matte of all of the picture but its border."""
        alpha = np.zeros((480, 640), np.uint8)
        alpha[2:-2, 2:-2] = 255
        return alpha

    def warned(self, body: PoseEstimate | None, people: int = 1, alpha: np.ndarray | None = None):
        given = self.everywhere() if alpha is None else alpha
        return kinds(picture_warnings(body, given, people))

    def test_nothing_is_wrong_with_the_one_recorded(self) -> None:
        assert self.warned(self.body()) == []

    def test_hidden_joints(self) -> None:
        visibility = self.body().visibility.copy()
        visibility[LANDMARK["left_wrist"]] = 0.1
        body = replace(self.body(), visibility=visibility)
        (warning,) = picture_warnings(body, self.everywhere(), 1)
        assert (warning.kind, warning.joints) == ("occluded", ("left_wrist",))
        assert warning.text.startswith("Left wrist")

    def test_low_presence(self) -> None:
        assert self.warned(replace(self.body(), presence=0.2)) == ["unsure"]

    def test_a_joint_that_was_not_cut_out(self) -> None:
        x, y = (round(float(v)) for v in self.body().points[LANDMARK["left_wrist"], :2])
        alpha = self.everywhere()
        alpha[y - 30 : y + 30, x - 30 : x + 30] = 0
        (warning,) = picture_warnings(self.body(), alpha, 1)
        assert (warning.kind, warning.joints) == ("doubtful_matte", ("left_wrist",))

    def test_a_matte_that_reaches_three_borders(self) -> None:
        alpha = self.everywhere()
        alpha[:, :2] = alpha[-2:] = 255
        assert self.warned(self.body(), alpha=alpha) == []
        alpha[:, -2:] = 255
        assert self.warned(self.body(), alpha=alpha) == ["doubtful_matte"]

    def test_a_glow_is_told(self) -> None:
        alpha = self.everywhere()
        alpha[:200][alpha[:200] > 0] = 90
        (warning,) = picture_warnings(self.body(), alpha, 1)
        assert warning.kind == "doubtful_matte"
        assert "a glow or a shadow" in warning.text

    def test_a_matte_that_is_inverted_is_told(self) -> None:
        body = self.body()
        alpha = np.full_like(self.everywhere(), 255)
        for x, y in np.rint(body.points[:, :2]).astype(int):
            alpha[max(0, y - 4) : y + 5, max(0, x - 4) : x + 5] = 0
        texts = [warning.text for warning in picture_warnings(body, alpha, 1)]
        assert any("as if inverted" in text for text in texts)
        assert not any("three borders" in text for text in texts)

    def test_the_height_is_that_of_what_is_seen(self) -> None:
        alpha = np.zeros((480, 640), np.uint8)
        alpha[100:355, 2:-2] = 255
        assert "small" in self.warned(self.body(), alpha=alpha)
        alpha[355] = 255
        assert "small" not in self.warned(self.body(), alpha=alpha)

    def test_nobody_in_a_matte(self) -> None:
        assert self.warned(None) == ["no_body"]

    def test_who_looks_at_the_camera_is_not_turned_away(self) -> None:
        body = self.body()
        world = body.world.copy()
        left, right = LANDMARK["left_shoulder"], LANDMARK["right_shoulder"]
        world[left], world[right] = (-0.2, -0.5, 0), (0.2, -0.5, 0)
        points, visibility = body.points.copy(), np.ones_like(body.visibility)
        points[LANDMARK["nose"], 2] = points[LANDMARK["left_ear"], 2] - 50
        points[LANDMARK["right_ear"], 2] = points[LANDMARK["left_ear"], 2]
        facing = replace(body, world=world, points=points, visibility=visibility)
        assert turned_deg(facing) == pytest.approx(0)
        away = replace(facing, visibility=np.zeros_like(visibility))
        assert turned_deg(away) == pytest.approx(180)

    def test_several_people(self) -> None:
        assert self.warned(self.body(), people=3) == ["several_people"]

    def test_the_angle_of_the_shoulders(self) -> None:
        world = self.body().world.copy()
        left, right = LANDMARK["left_shoulder"], LANDMARK["right_shoulder"]
        world[left], world[right] = (0.2, -0.5, 0), (-0.2, -0.5, 0)
        assert turned_deg(replace(self.body(), world=world)) == pytest.approx(0)
        world[left], world[right] = (0, -0.5, 0.2), (0, -0.5, -0.2)
        assert turned_deg(replace(self.body(), world=world)) == pytest.approx(90)
        hidden = np.zeros_like(self.body().visibility)
        world[left], world[right] = (-0.2, -0.5, 0), (0.2, -0.5, 0)
        turned = replace(self.body(), world=world, visibility=hidden)
        assert turned_deg(turned) == pytest.approx(180)


def test_a_grey_picture_of_the_character(finder: CharacterMatter) -> None:
    picture = character(street(480, 400), 80, 60)
    grey = cv2.cvtColor(cv2.cvtColor(picture.pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    assert overlap(finder.find(grey).alpha / 255, picture.mask) > 0.9

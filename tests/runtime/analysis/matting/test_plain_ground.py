"""Figures on a plain ground, and pictures with a matte of their own."""

import cv2
import numpy as np
import pytest

from mimo_runtime.analysis.estimators import open_estimators
from mimo_runtime.analysis.matting.ground import find_ground, inside_frame
from mimo_runtime.analysis.matting.matte import CharacterMatter
from mimo_runtime.analysis.matting.plain_ground import cut_out, figures
from tests.runtime.analysis.rendered import overlap, street

GROUNDS = [(255, 255, 255), (0, 0, 0), (40, 150, 60), (200, 180, 150)]


@pytest.fixture(scope="module")
def finder() -> CharacterMatter:
    return open_estimators().characters


def drawing(middle: int = 150, width: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """Somebody with the arms stretched out, drawn with flat colours, and where."""
    picture, where = np.zeros((400, width, 3), np.uint8), np.zeros((400, width), np.uint8)

    def shape(draw, colour) -> None:
        draw(picture, colour)
        draw(where, 255)

    shape(
        lambda on, c: cv2.line(on, (middle - 100, 130), (middle + 100, 130), c, 20), (230, 180, 150)
    )
    shape(
        lambda on, c: cv2.rectangle(on, (middle - 30, 110), (middle + 30, 230), c, -1),
        (60, 90, 200),
    )
    shape(lambda on, c: cv2.circle(on, (middle, 70), 35, c, -1), (230, 180, 150))
    for side in (-15, 15):
        ends = (middle + side, 230), (middle + side, 360)
        shape(lambda on, c, ends=ends: cv2.line(on, *ends, c, 18), (90, 60, 40))
    return picture, where


def on_ground(ground, noise: float = 0, middle: int = 150, width: int = 300):
    picture, where = drawing(middle, width)
    share = cv2.GaussianBlur(where, (0, 0), 0.7)[..., None] / 255
    mixed = picture * share + np.array(ground) * (1 - share)
    mixed += np.random.default_rng(3).normal(0, noise, mixed.shape)
    return mixed.clip(0, 255).astype(np.uint8), where > 127


WHITE, INK = (255, 255, 255), (0, 0, 0)


def cartoon(trousers: tuple[int, int, int] | None) -> np.ndarray:
    """Somebody in outlines on white, feet together: legs apart, or in trousers of a colour."""
    pixels = np.full((900, 900, 3), 255, np.uint8)

    def outlined(draw, *shape, colour) -> None:
        draw(pixels, *shape, colour, -1)
        draw(pixels, *shape, INK, 4)

    for left in (373, 465):
        outlined(cv2.rectangle, (left, 390), (left + 62, 850), colour=(40, 40, 60))
    if trousers:
        outlined(cv2.rectangle, (370, 390), (530, 850), colour=trousers)
    for side in (-1, 1):
        outlined(cv2.ellipse, (450 + side * 45, 853), (45, 22), 0, 0, 360, colour=(120, 30, 30))
        arm = np.array(
            [(450 + side * x, y) for x, y in ((80, 165), (255, 175), (255, 215), (80, 205))]
        )
        cv2.fillPoly(pixels, [arm], (250, 215, 185))
        cv2.polylines(pixels, [arm], isClosed=True, color=INK, thickness=4)
    outlined(cv2.rectangle, (360, 172), (540, 398), colour=(60, 90, 200))
    outlined(cv2.circle, (450, 110), 62, colour=(250, 215, 185))
    for x in (425, 475):
        cv2.ellipse(pixels, (x, 120), (11, 15), 0, 0, 360, (40, 60, 160), -1)
    return pixels


def test_ground_that_the_legs_enclose_is_ground(finder: CharacterMatter) -> None:
    alpha = finder.find(cartoon(None)).alpha
    assert alpha[450:800, 445:455].max() == 0
    assert alpha[450:800, 380:430].min() == 255


@pytest.mark.parametrize("colour", [WHITE, (90, 140, 90)])
def test_trousers_are_kept_whatever_their_colour(finder: CharacterMatter, colour) -> None:
    alpha = finder.find(cartoon(colour)).alpha
    assert alpha[450:800, 380:520].min() == 255


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("noise", [0, 2])
def test_what_is_not_ground_is_whole(ground: tuple[int, int, int], noise: float) -> None:
    pixels, where = on_ground(ground, noise)
    alpha = cut_out(pixels)
    assert alpha is not None
    assert overlap(alpha, where) > 0.93
    (figure,) = figures(alpha)
    assert figure.box.width / figure.box.height == pytest.approx(220 / 335, rel=0.03)


Y, X = np.mgrid[-1:1:400j, -1:1:300j]
STUDIO = {
    "from above": 190 - 55 * Y,
    "from a side": np.dstack([170 + 50 * X, 180 + 40 * X, 200 + 20 * X]),
    "into the corners": 220 - 60 * (X * X + Y * Y) / 2,
}


@pytest.mark.parametrize("ground", sorted(STUDIO))
@pytest.mark.parametrize("noise", [0, 2])
def test_the_ground_of_a_studio_is_plain(ground: str, noise: float) -> None:
    levels = STUDIO[ground]
    pixels, where = on_ground(levels if levels.ndim == 3 else levels[..., None], noise)
    alpha = cut_out(pixels)
    assert alpha is not None
    assert overlap(alpha, where) > 0.93
    (figure,) = figures(alpha)
    assert figure.box.width / figure.box.height == pytest.approx(220 / 335, rel=0.03)


@pytest.mark.parametrize("width_px", [3, 25])
def test_a_frame_is_no_ground(width_px: int) -> None:
    pixels, where = on_ground((200, 210, 220))
    framed = np.pad(pixels, [(width_px, width_px)] * 2 + [(0, 0)], constant_values=250)
    alpha = cut_out(framed)
    assert alpha is not None
    assert overlap(alpha[width_px:-width_px, width_px:-width_px], where) > 0.93
    assert alpha.sum() == alpha[width_px:-width_px, width_px:-width_px].sum()
    photo = np.pad(street(300, 300), [(width_px, width_px)] * 2 + [(0, 0)], constant_values=250)
    assert cut_out(photo) is None
    assert inside_frame(pixels) is None


def test_a_street_is_no_plain_ground() -> None:
    assert find_ground(street(300, 300)) is None
    assert cut_out(street(300, 300)) is None


def test_a_soft_shadow_belongs_to_the_ground() -> None:
    pixels, where = on_ground((240, 240, 240))
    shadow = np.zeros(where.shape, np.float32)
    cv2.ellipse(shadow, (150, 365), (80, 14), 0, 0, 360, 0.4, -1)
    shadow = cv2.GaussianBlur(shadow, (0, 0), 8)
    dark = (pixels * (1 - shadow * ~where)[..., None]).astype(np.uint8)
    alpha = cut_out(dark)
    assert alpha is not None
    assert overlap(alpha, where) > 0.9


def test_clothes_of_the_colour_of_the_ground_stay_where_the_network_is_sure() -> None:
    pixels, where = on_ground((255, 255, 255))
    pixels[112:228, 122:178] = 253
    without = cut_out(pixels)
    given = cut_out(pixels, where.astype(np.float32))
    assert without is not None
    assert given is not None
    pixels[100:240, 118:124] = 255  # the outline is open
    assert overlap(cut_out(pixels, where.astype(np.float32)), where) > 0.9


def test_lines_of_the_colour_of_a_dark_ground_belong_to_the_drawing() -> None:
    """Else a drawing on black falls apart where its outlines are."""
    on_white = cartoon(None)
    around = np.zeros((902, 902), np.uint8)
    cv2.floodFill(on_white.copy(), around, (0, 0), 0, flags=4 | cv2.FLOODFILL_MASK_ONLY)
    ground = around[1:-1, 1:-1] > 0
    on_black = np.where(ground[..., None], 0, on_white).astype(np.uint8)
    alpha = cut_out(on_black)
    assert alpha is not None
    assert len(figures(alpha)) == 1
    assert overlap(figures(alpha)[0].mask, ~ground) > 0.88  # the outline itself is black


def test_narrow_ground_between_limbs_is_ground_where_it_is_light() -> None:
    pixels = np.full((400, 300, 3), 255, np.uint8)
    for left in (110, 153):
        cv2.rectangle(pixels, (left, 40), (left + 38, 360), (60, 90, 200), -1)
    alpha = cut_out(pixels)
    assert alpha is not None
    assert alpha[200, 151] == 0


def test_the_arms_stay_on(finder: CharacterMatter) -> None:
    pixels, where = on_ground((255, 255, 255))
    alpha = finder.find(pixels).alpha
    assert overlap(alpha / 255, where) > 0.9
    assert np.flatnonzero((alpha > 127).any(axis=0))[[0, -1]] == pytest.approx([40, 260], abs=3)


def test_everybody_can_be_chosen(finder: CharacterMatter) -> None:
    first, where_first = on_ground((255, 255, 255), middle=130, width=560)
    second, where_second = on_ground((255, 255, 255), middle=430, width=560)
    both = np.minimum(first, second)
    for number, where in ((1, where_first), (2, where_second)):
        assert overlap(finder.find(both, number).alpha / 255, where) > 0.9
    matte = np.where(where_first | where_second, 255, 0).astype(np.uint8)
    chosen = finder.find(both, 2, matte)
    np.testing.assert_array_equal(chosen.alpha > 0, where_second)
    assert "several_people" in [warning.kind for warning in finder.find(both).warnings]


def mascot() -> np.ndarray:
    """The matte of a thing with eyes that no network takes for a person."""
    alpha = np.zeros((300, 240), np.uint8)
    cv2.ellipse(alpha, (120, 150), (70, 110), 0, 0, 360, 255, -1)
    for x in (80, 160):
        cv2.ellipse(alpha, (x, 265), (26, 18), 0, 0, 360, 255, -1)
    return alpha


def test_a_matte_needs_nobody(finder: CharacterMatter) -> None:
    alpha = mascot()
    pixels = np.where(alpha[..., None] > 0, (80, 160, 220), 255).astype(np.uint8)
    found = finder.find(pixels, matte=alpha)
    assert found.body is None
    np.testing.assert_array_equal(found.alpha, alpha)
    assert "no_body" in [warning.kind for warning in found.warnings]
    on_plain = finder.find(pixels)
    assert on_plain.body is None
    assert overlap(on_plain.alpha / 255, alpha > 0) > 0.97

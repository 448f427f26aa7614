"""Alpha channels that are mattes, and those that are none."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.matte import AlphaKind, alpha_of, own_matte, read_matte

WIDTH, HEIGHT = 120, 160


def figure() -> np.ndarray:
    """Somebody with arms and legs apart, from a soft brush."""
    alpha = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.circle(alpha, (60, 25), 15, 255, -1)
    for end in ((60, 95), (20, 75), (100, 75)):
        cv2.line(alpha, (60, 40), end, 255, 16)
    for end in ((40, 150), (80, 150)):
        cv2.line(alpha, (60, 90), end, 255, 14)
    return np.asarray(cv2.GaussianBlur(alpha, (0, 0), 1), np.uint8)


def card(radius: int, margin: int = 0, shadow: float = 0) -> np.ndarray:
    """A window with round corners, and perhaps a soft shadow around."""
    alpha = np.zeros((HEIGHT, WIDTH), np.uint8)
    inner = alpha[margin : HEIGHT - margin, margin : WIDTH - margin]
    inner[radius : len(inner) - radius] = 255
    inner[:, radius : inner.shape[1] - radius] = 255
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    for y in (margin + radius, HEIGHT - 1 - margin - radius):
        for x in (margin + radius, WIDTH - 1 - margin - radius):
            alpha[(rows - y) ** 2 + (columns - x) ** 2 <= radius**2] = 255
    if shadow:
        soft = cv2.GaussianBlur(alpha, (0, 0), shadow) // 2
        alpha = np.maximum(alpha, soft)
    return alpha


def with_alpha(alpha: np.ndarray, colour: tuple[int, int, int] = (90, 20, 160)) -> np.ndarray:
    return np.dstack([np.full((*alpha.shape, 3), colour, np.uint8), alpha])


ONE_DOT = np.full((HEIGHT, WIDTH), 255, np.uint8)
ONE_DOT[0, 0] = 254


@pytest.mark.parametrize(
    "alpha",
    [ONE_DOT, np.full_like(ONE_DOT, 250), np.full_like(ONE_DOT, 128), card(12), card(30), card(60),
     card(4, margin=10, shadow=4), card(0, margin=6), card(0, margin=20)],
    ids=["one dot", "250", "half", "corners", "large corners", "round", "shadow", "frame", "wide"],
)  # fmt: skip
def test_the_alpha_of_a_whole_picture_is_no_matte(alpha: np.ndarray) -> None:
    assert alpha_of(with_alpha(alpha)) is AlphaKind.CARD
    assert own_matte(with_alpha(alpha)) is None


def test_a_figure_is_a_matte_at_any_size() -> None:
    for scale in (1, 4, 12):
        alpha = np.asarray(cv2.resize(figure(), None, fx=scale, fy=scale), np.uint8)
        np.testing.assert_array_equal(own_matte(with_alpha(alpha)), alpha)


def test_a_round_character_is_a_matte() -> None:
    ball = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.ellipse(ball, (60, 80), (55, 75), 0, 0, 360, 255, -1)
    np.testing.assert_array_equal(own_matte(with_alpha(ball)), ball)


def test_a_faint_figure_is_a_matte_that_is_scaled() -> None:
    found = own_matte(with_alpha(figure() // 2))
    assert found is not None
    assert found.max() == 255
    assert np.abs(found.astype(int) - figure()).max() <= 2


def test_nothing_and_everything() -> None:
    assert alpha_of(with_alpha(np.zeros_like(ONE_DOT))) is AlphaKind.EMPTY
    assert alpha_of(with_alpha(np.full_like(ONE_DOT, 255))) is AlphaKind.ABSENT
    assert alpha_of(with_alpha(ONE_DOT)[..., :3]) is AlphaKind.ABSENT


def encoded(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("colour", [(255, 255, 255), (0, 0, 0), (90, 20, 160)])
@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_a_matte_that_lies_in_the_alpha(colour: tuple[int, int, int], mode: str) -> None:
    data = encoded(Image.fromarray(with_alpha(figure(), colour)).convert(mode))
    np.testing.assert_array_equal(read_matte(data, MediaLimits()), figure())


def test_a_matte_that_is_grey_whatever_its_alpha() -> None:
    grey = np.repeat(figure()[:, :, None], 3, axis=2)
    pictures = [Image.fromarray(figure()), Image.fromarray(grey),
                Image.fromarray(np.dstack([grey, ONE_DOT])),
                Image.fromarray(figure().astype(np.uint16) * 257)]  # fmt: skip
    for picture in pictures:
        np.testing.assert_array_equal(read_matte(encoded(picture), MediaLimits()), figure())

"""Small made-up videos of which everything is known: scene, person, shadow, what is in front."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Flags = NDArray[np.bool_]
Matrix = NDArray[np.float64]

WIDTH, HEIGHT = 192, 144


@dataclass(frozen=True)
class Shown:
    """One frame: `pixels`; `clean` without person and shadow; areas; camera (frame to world)."""

    pixels: Picture
    clean: Picture
    person: Flags
    whole: Flags
    shadow: Flags
    front: Flags
    camera: Matrix


@dataclass(frozen=True)
class Plan:
    """What a clip is like; `front`: None, "post" (stands), "walker" (moves past)."""

    count: int = 24
    front: str | None = None
    camera: Callable[[int], Matrix] = lambda _: np.eye(3)
    exposure: Callable[[int], float] = lambda _: 1.0
    noise: float = 2.0
    shadow: bool = True
    start: float = 40.0
    step: float = 4.0


def scene(width: int = 420, height: int = HEIGHT, seed: int = 3) -> Picture:
    """A wall with pictures over a tiled floor."""
    rng = np.random.default_rng(seed)
    picture = np.zeros((height, width, 3), np.float32)
    for size in (3, 9, 30):
        grain = rng.normal(0, 1, (height // size + 2, width // size + 2, 3)).astype(np.float32)
        picture += 7 * cv2.resize(grain, (width, height), interpolation=cv2.INTER_CUBIC)
    floor = int(0.6 * height)
    picture[:floor] += (150, 140, 120)
    picture[floor:] += (120, 125, 135)
    for column in range(0, width, 24):
        cv2.line(picture, (column, floor), (column - 14, height), (90, 90, 100), 1, cv2.LINE_AA)
    for _ in range(width // 14):
        left, top = int(rng.integers(0, width - 20)), int(rng.integers(0, floor - 18))
        colour = tuple(float(level) for level in rng.integers(40, 230, 3))
        size = rng.integers(5, 18, 2)
        cv2.rectangle(picture, (left, top), (left + int(size[0]), top + int(size[1])), colour, -1)
    return picture.clip(0, 255).astype(np.uint8)


def pan(step_px: float, tilt_px: float = 0.0, turn: float = 0.0) -> Callable[[int], Matrix]:
    """A camera that goes right by `step_px` a frame, shakes by `tilt_px` and rolls by `turn`."""

    def camera(index: int) -> Matrix:
        angle = turn * np.sin(index / 5)
        matrix = np.eye(3)
        matrix[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
        matrix[:2, 2] = [step_px * index, tilt_px * np.sin(index / 2)]
        return matrix

    return camera


def clip(plan: Plan = Plan()) -> list[Shown]:
    """The frames of `plan`."""
    rng = np.random.default_rng(11)
    world = scene()
    return [_frame(plan, world, index, rng) for index in range(plan.count)]


def _frame(plan: Plan, world: Picture, index: int, rng: np.random.Generator) -> Shown:
    camera = plan.camera(index)
    size = (WIDTH, HEIGHT)
    shift = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    view = cv2.warpPerspective(
        world,
        np.linalg.inv(shift) @ camera @ shift,
        size,
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REFLECT,
    )
    x = plan.start + plan.step * index
    whole, painted = person_at(x, 118.0, index)
    front, front_painted = _front(plan, index)
    soft = cv2.GaussianBlur(shadow_at(x, 118.0).astype(np.float32), (0, 0), 1.2)
    soft *= 0.45 if plan.shadow else 0.0
    clean = np.where(front[..., None], front_painted, view).astype(np.float32)
    pixels = view * (1 - soft[..., None])
    pixels = np.where(whole[..., None], painted, pixels)
    pixels = np.where(front[..., None], front_painted, pixels)
    grain = rng.normal(0, plan.noise, pixels.shape) if plan.noise else 0.0
    gain = plan.exposure(index)
    person = whole & ~front
    return Shown(
        (pixels * gain + grain).clip(0, 255).astype(np.uint8),
        (clean * gain).clip(0, 255).astype(np.uint8),
        person,
        whole,
        (soft > 0.2) & ~person & ~front,
        front,
        camera,
    )


def person_at(x: float, ground: float, index: int) -> tuple[Flags, Picture]:
    """A striped figure 70 px high that stands at (`x`, `ground`) and swings its legs."""
    area = np.zeros((HEIGHT, WIDTH), np.uint8)
    swing = 7 * np.sin(index / 1.5)
    at = (round(x), round(ground))
    cv2.ellipse(area, (at[0], at[1] - 62), (7, 8), 0, 0, 360, 1, -1)
    cv2.ellipse(area, (at[0], at[1] - 40), (11, 18), 0, 0, 360, 1, -1)
    for side in (-1, 1):
        foot = (round(x + side * swing), at[1])
        cv2.line(area, (at[0], at[1] - 28), foot, 1, 7)
    rows = np.arange(HEIGHT)[:, None, None]
    stripes = np.where((rows // 4) % 2 == 0, (200, 40, 40), (240, 220, 60))
    return area > 0, np.broadcast_to(stripes, (HEIGHT, WIDTH, 3)).astype(np.uint8)


def shadow_at(x: float, ground: float) -> Flags:
    """What lies on the floor to the right of the figure."""
    area = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.ellipse(area, (round(x + 20), round(ground + 2)), (26, 5), 0, 0, 360, 1, -1)
    return area > 0


def _front(plan: Plan, index: int) -> tuple[Flags, Picture]:
    area = np.zeros((HEIGHT, WIDTH), np.uint8)
    painted = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    painted[:] = (60, 130, 80)
    painted[::5] = (30, 60, 40)
    if plan.front == "post":  # stands in the world
        world = np.zeros((HEIGHT, 420), np.uint8)
        cv2.rectangle(world, (88, 40), (104, 136), 1, -1)
        matrix = plan.camera(index)
        flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
        area = cv2.warpPerspective(world, matrix, (WIDTH, HEIGHT), flags=flags)
    if plan.front == "walker":
        x = round(170 - 5.5 * index)
        cv2.rectangle(area, (x - 10, 70), (x + 10, 134), 1, -1)
        cv2.circle(area, (x, 62), 9, 1, -1)
    if plan.front == "behind":  # moves past between the wall and the figure
        x = round(170 - 5.5 * index)
        cv2.rectangle(area, (x - 8, 60), (x + 8, 98), 1, -1)
        area[person_at(plan.start + plan.step * index, 118.0, index)[0]] = 0
    return area > 0, painted


def frames_of(shown: list[Shown]) -> Callable[[], Iterator[Picture]]:
    return lambda: (one.pixels for one in shown)


def humans_of(shown: list[Shown]) -> Callable[[], Iterator[Flags]]:
    return lambda: (one.person for one in shown)


def psnr(one: Picture, other: Picture, area: Flags) -> float:
    """In dB over the pixels of `area`."""
    error = (one[area].astype(np.float64) - other[area]) ** 2
    return float(10 * np.log10(255**2 / max(float(error.mean()), 1e-9)))


def shared(one: Flags, other: Flags) -> float:
    """Intersection over union; 1 for two empty areas."""
    union = float((one | other).sum())
    return float((one & other).sum()) / union if union else 1.0

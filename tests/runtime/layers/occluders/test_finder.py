import cv2
import numpy as np
import pytest

from mimo_runtime.layers.frame_masks import FrameMasks, Other
from mimo_runtime.layers.masks import dilate
from mimo_runtime.layers.occluders.candidates import DEEP, MOVING, PERSON, STANDING
from mimo_runtime.layers.separation import LayerFrame
from tests.runtime.layers.following import separate
from tests.runtime.layers.synthetic import (
    HEIGHT,
    WIDTH,
    Plan,
    Shown,
    clip,
    frames_of,
    pan,
    shared,
)


def layers(shown: list[Shown], see) -> list[LayerFrame]:
    return list(separate(frames_of(shown), lambda: map(see, shown)).layers())


def with_body(one: Shown) -> FrameMasks:
    return FrameMasks(one.person, one.whole)


def alone(one: Shown) -> FrameMasks:
    return FrameMasks(one.person)


def with_people(one: Shown) -> FrameMasks:
    return FrameMasks(one.person, None, None, (Other(one.front),))


def with_order(one: Shown) -> FrameMasks:
    return FrameMasks(one.person, one.whole, None, (Other(one.front, -3.0),))


def with_depth(line: float):
    """A blurred depth map in which the occluder stands at `line` of the picture."""

    def see(one: Shown) -> FrameMasks:
        depth = np.repeat(np.linspace(0, 1, HEIGHT, dtype=np.float32)[:, None], WIDTH, axis=1)
        depth[: int(0.6 * HEIGHT)] = 0.3
        depth[one.person], depth[one.front] = 118 / HEIGHT, line / HEIGHT
        return FrameMasks(one.person, None, 7 * cv2.GaussianBlur(depth, (0, 0), 1) - 2)

    return see


def agreement(shown: list[Shown], found: list[LayerFrame]) -> list[float]:
    """Intersection over union near the person, in frames where something is in front."""
    return [
        shared((layer.occlusion.alpha > 127) & near, one.front & near)
        for one, layer in zip(shown, found, strict=True)
        if (one.whole & one.front).sum() > 20
        for near in [dilate(one.whole, 4)]
    ]


@pytest.mark.parametrize(
    ("front", "see", "reason"),
    [
        ("walker", with_body, MOVING),
        ("walker", alone, MOVING),
        ("walker", with_people, PERSON),
        ("walker", with_depth(134), MOVING),
        ("post", with_body, STANDING),
        ("post", with_depth(136), DEEP),
    ],
)
def test_what_is_in_front_is_found(front: str, see, reason: str) -> None:
    shown = clip(Plan(front=front, count=26))

    found = layers(shown, see)

    values = agreement(shown, found)
    assert len(values) >= 4
    assert min(values) > 0.75
    assert np.median(values) > 0.85
    reasons = {name for layer in found for name in layer.occlusion.reasons}
    assert reason in reasons


@pytest.mark.parametrize("front", ["walker", "post"])
def test_what_is_in_front_is_found_with_a_moving_camera(front: str) -> None:
    camera = pan(2, 2, 0.02) if front == "walker" else pan(1.5)
    shown = clip(Plan(front=front, count=26, camera=camera))

    assert min(agreement(shown, layers(shown, with_body))) > 0.75


@pytest.mark.parametrize("see", [with_body, alone, with_people, with_order, with_depth(98)])
def test_what_is_behind_is_not_in_front(see) -> None:
    shown = clip(Plan(front="behind", count=26))

    found = layers(shown, see)

    assert max(int(layer.occlusion.alpha.max()) for layer in found) == 0
    assert {layer.occlusion.reasons for layer in found} == {()}


@pytest.mark.parametrize("see", [with_body, alone, with_depth(0)])
def test_nothing_in_front_is_nothing(see) -> None:
    found = layers(clip(Plan(count=14)), see)

    assert max(int(layer.occlusion.alpha.max()) for layer in found) == 0
    assert {layer.occlusion.confidence for layer in found} == {1.0}


def test_an_occlusion_does_not_flicker_on_and_off() -> None:
    shown = clip(Plan(front="walker", count=26))

    found = layers(shown, with_body)

    states = np.array([bool(layer.occlusion.reasons) for layer in found])
    assert (states[1:] != states[:-1]).sum() <= 2


def test_edges_are_soft_and_stay_off_the_person() -> None:
    shown = clip(Plan(front="walker", count=20))

    found = layers(shown, with_body)

    inner = [
        int(layer.occlusion.alpha[one.person & ~dilate(~one.person, 3)].max(initial=0))
        for one, layer in zip(shown, found, strict=True)
    ]
    levels = np.unique(np.concatenate([np.unique(layer.occlusion.alpha) for layer in found]))
    assert max(inner) == 0
    assert len(levels) > 10

"""Somebody followed through frames that come one by one, beside the truth of made-up clips."""

from collections.abc import Iterator

import numpy as np
import pytest

from mimo_runtime.analysis.estimators import Estimators, open_estimators
from mimo_runtime.body.pose import Pose, transforms_of
from mimo_runtime.body.shipped import load_body
from mimo_runtime.capture.capture import Capture
from mimo_runtime.capture.watch import PersonWatch
from mimo_runtime.errors import MediaError
from mimo_synthetic.ground_truth.clip import Clip, TrueFrame
from mimo_synthetic.ground_truth.spec import ClipSpec

LIMBS = [
    f"{side}{bone}"
    for side in ("Left", "Right")
    for bone in ("Arm", "ForeArm", "Hand", "UpLeg", "Leg", "Foot")
]
SIZE_PX = (288, 288)
EMPTY = np.full((*SIZE_PX, 3), 90, np.uint8)
BODY = load_body()


@pytest.fixture(scope="module")
def estimators() -> Estimators:
    return open_estimators()


@pytest.fixture(scope="module", params=["walk", "wave"])
def clip(request: pytest.FixtureRequest) -> list[TrueFrame]:
    return list(Clip(ClipSpec(request.param, seed=6, frame_count=30)).frames())


@pytest.fixture
def capture(estimators: Estimators, clip: list[TrueFrame]) -> Capture:
    watch = PersonWatch(estimators.people, estimators.bodies)
    capture = Capture(watch, BODY, ClipSpec("walk").rate_fps, SIZE_PX)
    capture.begin(frame.pixels for frame in clip)
    return capture


def limbs_m(pose: Pose) -> np.ndarray:
    chosen = [BODY.skeleton.names.index(name) for name in LIMBS]
    return np.asarray(transforms_of(BODY.skeleton, pose).joints_m[chosen])


def true_limbs(frame: TrueFrame) -> tuple[np.ndarray, np.ndarray]:
    chosen = [BODY.skeleton.names.index(name) for name in LIMBS]
    return frame.joints_m[chosen], frame.joints_px[chosen]


def test_limbs_are_where_they_are_seen(capture: Capture, clip: list[TrueFrame]) -> None:
    """In the picture within 5 % of the height, in space within 10 cm, on average."""
    in_picture, in_space = [], []
    for frame in clip:
        found = limbs_m(capture.pose(frame.pixels))
        true_m, true_px = true_limbs(frame)
        height_px = np.ptp(frame.joints_px[:, 1])
        apart = np.linalg.norm(capture.camera.project(found)[0] - true_px, axis=1)
        in_picture.append(apart.mean() / height_px)
        seen, true = capture.camera.to_camera(found), frame.camera.to_camera(true_m)
        gaps = (seen - seen.mean(axis=0)) - (true - true.mean(axis=0))
        in_space.append(np.linalg.norm(gaps, axis=1).mean())
    assert np.mean(in_picture) < 0.05
    assert np.mean(in_space) < 0.1


def test_feet_are_near_the_floor(capture: Capture, clip: list[TrueFrame]) -> None:
    lowest = [
        transforms_of(BODY.skeleton, capture.pose(frame.pixels)).joints_m[:, 1].min()
        for frame in clip
    ]
    assert -0.1 < np.median(lowest) < 0.15


def test_no_frame_is_looked_at_ahead(
    capture: Capture, estimators: Estimators, clip: list[TrueFrame]
) -> None:
    """What comes later changes nothing of what was said before."""
    other = Capture(
        PersonWatch(estimators.people, estimators.bodies), BODY, ClipSpec("walk").rate_fps, SIZE_PX
    )
    other.begin(frame.pixels for frame in clip)
    whole = [capture.pose(frame.pixels) for frame in clip[:8]]
    backwards = [other.pose(frame.pixels) for frame in [*clip[:6], *clip[20:22]]]
    for one, same in zip(whole[:6], backwards, strict=False):
        assert np.array_equal(one.rotations, same.rotations)


def test_somebody_who_is_gone_stands_still_until_they_are_back(
    capture: Capture, clip: list[TrueFrame]
) -> None:
    last = capture.pose(clip[0].pixels)
    for _ in range(3):
        held = capture.pose(EMPTY)
        assert np.array_equal(held.rotations, last.rotations)
    back = capture.pose(clip[1].pixels)
    assert not np.array_equal(back.rotations, last.rotations)


def test_nobody_is_told(estimators: Estimators) -> None:
    watch = PersonWatch(estimators.people, estimators.bodies)
    capture = Capture(watch, BODY, ClipSpec("walk").rate_fps, SIZE_PX)
    with pytest.raises(MediaError, match="Nobody is seen"):
        capture.begin(EMPTY for _ in range(3))


def test_frames_are_asked_for_only_as_many_as_are_needed(
    estimators: Estimators, clip: list[TrueFrame]
) -> None:
    taken = 0

    def frames() -> Iterator[np.ndarray]:
        nonlocal taken
        for frame in clip:
            taken += 1
            yield frame.pixels

    watch = PersonWatch(estimators.people, estimators.bodies)
    Capture(watch, BODY, ClipSpec("walk").rate_fps, SIZE_PX).begin(frames())
    assert taken == 8  # half a second


def beside(left: np.ndarray, right: np.ndarray | None) -> np.ndarray:
    """Two squares in one picture, what is right of it smaller and on the same ground."""
    picture = np.concatenate([left, np.full_like(left, 90)], axis=1)
    if right is not None:
        small = right[::2, ::2]
        picture[-len(small) :, -small.shape[1] :] = small
    return np.ascontiguousarray(picture)


def test_of_two_people_the_one_who_was_there_is_followed(
    estimators: Estimators, clip: list[TrueFrame]
) -> None:
    """Somebody who comes does not take their place; somebody who stays alone does."""
    pixels = [frame.pixels for frame in clip[:4]]
    watch = PersonWatch(estimators.people, estimators.bodies)
    shown = [beside(pixels[0], None), *(beside(one, one) for one in pixels)]
    for picture in shown:
        body = watch.look(picture)
        assert body is not None
        assert body.region().centre[0] < SIZE_PX[0]
    empty = beside(EMPTY, None)
    assert watch.look(empty) is None
    alone = np.concatenate([EMPTY, pixels[0]], axis=1)
    body = watch.look(alone)
    assert body is not None
    assert body.region().centre[0] > SIZE_PX[0]

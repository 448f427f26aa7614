import numpy as np
import pytest

from mimo_runtime.errors import MediaError
from mimo_runtime.layers.camera.motion import (
    CUT,
    LOST,
    WIDE,
    CameraMotion,
    PlateSegment,
    corners_of,
)
from tests.runtime.layers.following import track_camera
from tests.runtime.layers.synthetic import (
    HEIGHT,
    WIDTH,
    Plan,
    clip,
    frames_of,
    humans_of,
    pan,
    scene,
)


def worst_corner_px(path, shown) -> float:
    start = np.linalg.inv(shown[0].camera)
    ways = [
        corners_of(found, WIDTH, HEIGHT) - corners_of(start @ one.camera, WIDTH, HEIGHT)
        for found, one in zip(path.to_plate, shown, strict=True)
    ]
    return float(np.abs(ways).max())


def test_a_standing_camera_is_static_under_noise_and_changing_light() -> None:
    shown = clip(Plan(count=12, noise=4, exposure=lambda index: 1 + 0.03 * index))

    path = track_camera(frames_of(shown), humans_of(shown))

    assert path.static
    assert (path.to_plate == np.eye(3)).all()
    assert path.sentences == ("The camera does not move.",)


@pytest.mark.parametrize(
    "plan",
    [
        Plan(count=16, camera=pan(3)),
        Plan(count=16, camera=pan(1, 4, 0.03), exposure=lambda index: 1 - 0.02 * index),
        Plan(count=16, camera=pan(-0.4), start=100, step=-2),
    ],
    ids=["pan", "shake, roll and light", "slow"],
)
def test_a_moving_camera_is_followed_to_half_a_pixel(plan: Plan) -> None:
    shown = clip(plan)

    path = track_camera(frames_of(shown), humans_of(shown))

    assert not path.static
    assert len(path.segments) == 1
    assert worst_corner_px(path, shown) < 0.5
    assert path.segments[0].agreeing > 0.6


def turning(index: int) -> np.ndarray:
    """A camera that turns about the vertical axis, 0.8 degrees a frame and back."""
    angle = np.radians(0.8) * (index if index < 12 else 24 - index)
    lens = np.array([[220.0, 0, 96], [0, 220.0, 72], [0, 0, 1]])
    turn = np.array(
        [[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]]
    )
    return np.array([[1, 0, 60], [0, 1, 0], [0, 0, 1]]) @ lens @ turn @ np.linalg.inv(lens)


def test_a_turning_camera_is_followed_with_its_perspective() -> None:
    shown = clip(Plan(count=24, camera=turning, step=1.0))

    path = track_camera(frames_of(shown), humans_of(shown))

    assert worst_corner_px(path, shown) < 1.0


def test_a_camera_that_comes_back_is_where_it_was() -> None:
    plan = Plan(count=24, camera=lambda i: pan(9)(min(i, 23 - i)), step=0.0, start=100)
    shown = clip(plan)

    path = track_camera(frames_of(shown), humans_of(shown))

    assert len(path.segments) == 1
    assert np.abs(path.corners(23) - path.corners(0)).max() < 0.4


def test_doubt_is_said() -> None:
    segment = PlateSegment(0, 9, LOST, False, 0.3, 1.5, 1.0)

    path = CameraMotion(8, 8, np.repeat(np.eye(3)[None], 10, axis=0), (segment,))

    assert "only 30% of the background moves alike" in path.sentences[-1]


def test_a_large_moving_thing_does_not_move_the_camera() -> None:
    still = scene(WIDTH, HEIGHT)
    train = scene(600, 50, seed=8)
    frames = []
    for index in range(8):
        picture = still.copy()
        picture[90:140] = train[:, 12 * index : 12 * index + WIDTH]
        frames.append(picture)

    path = track_camera(lambda: iter(frames), lambda: iter(np.zeros((8, HEIGHT, WIDTH), bool)))

    assert path.static


def test_a_cut_begins_a_segment_whether_it_is_told_or_not() -> None:
    one, other = scene(WIDTH, HEIGHT, 1), scene(WIDTH, HEIGHT, 2)
    frames = [one] * 3 + [other] * 4
    nobody = np.zeros((7, HEIGHT, WIDTH), bool)

    told = track_camera(lambda: iter(frames), lambda: iter(nobody), cuts={3})
    found = track_camera(lambda: iter(frames), lambda: iter(nobody))

    assert [(part.first, part.last) for part in told.segments] == [(0, 2), (3, 6)]
    assert told.segments[1].cause == CUT
    assert [(part.first, part.last) for part in found.segments] == [(0, 2), (3, 6)]
    assert found.failed == (3,)
    assert f"At frame 3 another plate begins: {LOST}." in found.sentences


def test_a_plain_wall_counts_as_standing_still() -> None:
    rng = np.random.default_rng(0)
    wall = np.full((HEIGHT, WIDTH, 3), 140.0)
    frames = [(wall + rng.normal(0, 2, wall.shape)).astype(np.uint8) for _ in range(4)]

    path = track_camera(lambda: iter(frames), lambda: iter(np.zeros((4, HEIGHT, WIDTH), bool)))

    assert path.static
    assert len(path.segments) == 1


def test_a_turn_too_wide_for_one_plate_begins_another() -> None:
    world = scene(1900, HEIGHT)
    frames = [world[:, 60 * index : 60 * index + WIDTH].copy() for index in range(28)]
    nobody = np.zeros((28, HEIGHT, WIDTH), bool)

    path = track_camera(lambda: iter(frames), lambda: iter(nobody))

    assert [part.cause for part in path.segments[1:]] == [WIDE]
    assert path.failed == ()
    shifts = np.diff(path.to_plate[: path.segments[1].first, 0, 2])
    assert np.abs(shifts - 60).max() < 0.5


def test_no_frames_is_said() -> None:
    with pytest.raises(MediaError, match="no frame"):
        track_camera(lambda: iter(()), lambda: iter(()))


def test_every_frame_needs_a_mask_of_its_size() -> None:
    frames = [scene(WIDTH, HEIGHT)] * 2
    with pytest.raises(MediaError, match="only 1 masks"):
        track_camera(lambda: iter(frames), lambda: iter(np.zeros((1, HEIGHT, WIDTH), bool)))
    with pytest.raises(MediaError, match="more masks"):
        track_camera(lambda: iter(frames), lambda: iter(np.zeros((3, HEIGHT, WIDTH), bool)))
    with pytest.raises(MediaError, match="mask of frame 0 is 8x9 px"):
        track_camera(lambda: iter(frames), lambda: iter(np.zeros((2, 9, 8), bool)))

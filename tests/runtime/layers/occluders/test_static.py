import numpy as np
import pytest

from mimo_runtime.layers.frame_masks import FrameMasks
from mimo_runtime.layers.masks import change_mask
from mimo_runtime.layers.occluders.static import StaticVotes, alike, segment_occluders
from mimo_runtime.layers.plate.builder import plates_of
from mimo_runtime.layers.plate.visibility import visibility_of
from tests.runtime.layers.following import track_camera
from tests.runtime.layers.synthetic import (
    HEIGHT,
    WIDTH,
    Plan,
    Shown,
    clip,
    frames_of,
    humans_of,
    pan,
    shared,
)


def votes_of(shown: list[Shown], person) -> StaticVotes:
    """Votes on the plate of `shown`, whose person's mask is `person` of each frame."""
    path = track_camera(frames_of(shown), humans_of(shown))
    (plate,) = plates_of(
        frames_of(shown),
        lambda: (visibility_of([person(one)], one.whole) for one in shown),
        path,
        hurried=True,
    )
    votes = StaticVotes(plate)
    for index, one in enumerate(shown):
        view = plate.view(index, WIDTH, HEIGHT)
        masks = FrameMasks(person(one), one.whole)
        votes.add(index, masks, alike(one.pixels, view), change_mask(one.pixels, view, person(one)))
    return votes


@pytest.mark.parametrize("count", [26, 70])
@pytest.mark.parametrize(
    "person", [lambda one: one.person, lambda one: one.whole], ids=["cut", "leaking"]
)
def test_a_post_gets_votes_even_where_the_mask_leaks_over_it(person, count: int) -> None:
    shown = clip(Plan(front="post", count=count))

    seeds = votes_of(shown, person).seeds()

    assert (seeds & shown[0].front).sum() > 150
    assert (seeds & ~shown[0].front).sum() < 0.1 * seeds.sum()


@pytest.mark.parametrize("plan", [Plan(count=26), Plan(count=26, camera=pan(1.5))])
def test_without_anything_in_front_there_are_hardly_votes(plan: Plan) -> None:
    assert votes_of(clip(plan), lambda one: one.person).seeds().sum() < 30


def thing(contrast: float) -> tuple[np.ndarray, np.ndarray]:
    """A grainy picture with a pole in it that is brighter by `contrast`, and where it is."""
    picture = np.random.default_rng(0).normal(90, 4, (HEIGHT, WIDTH, 3))
    pole = np.zeros((HEIGHT, WIDTH), bool)
    pole[10:130, 80:96] = True
    picture[pole] += contrast
    return picture.clip(0, 255).astype(np.uint8), pole


def test_a_thing_is_found_whole_from_a_part() -> None:
    picture, pole = thing(70)
    seed = np.zeros_like(pole)
    seed[50:80, 84:92] = True

    found = segment_occluders(picture, seed, seed, np.zeros(pole.shape, np.float32))

    assert shared(found, pole) > 0.9


def test_what_has_no_outline_is_no_thing() -> None:
    picture, pole = thing(4)
    seed = np.zeros_like(pole)
    seed[50:80, 84:92] = True

    assert not segment_occluders(picture, seed, seed, np.zeros(pole.shape, np.float32)).any()

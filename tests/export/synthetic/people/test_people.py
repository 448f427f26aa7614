"""Made-up people: the same from the same seed, dressed beyond the body, true where they say."""

import numpy as np
import pytest

from mimo_runtime.body.camera import look_at
from mimo_runtime.body.shipped import load_body
from mimo_synthetic.ground_truth.yard import random_yard, see
from mimo_synthetic.people.garments import garment
from mimo_synthetic.people.light import random_light
from mimo_synthetic.people.looks import paint, random_look, scalp, under_top
from mimo_synthetic.people.person import random_person, random_shape, rest_places_m
from mimo_synthetic.people.pool import PoolSpec, shards, write_shard
from mimo_synthetic.people.postures import HELD_OUT, TRAINING, random_motion
from mimo_synthetic.people.prints import PATTERNS, random_print
from mimo_synthetic.people.samples import Sample, random_sample


@pytest.fixture(scope="module")
def sample() -> Sample:
    return random_sample(np.random.default_rng(7), 64, 1, 2)


def test_a_seed_gives_one_sample(sample: Sample) -> None:
    again = random_sample(np.random.default_rng(7), 64, 1, 2)
    assert np.array_equal(sample.picture, again.picture)
    assert np.array_equal(sample.clips[0].planes, again.clips[0].planes)
    assert np.array_equal(sample.clips[0].human, again.clips[0].human)


def test_the_drawn_body_lies_on_the_true_person(sample: Sample) -> None:
    clip = sample.clips[0]
    drawn, true = clip.planes[:, 10] > 127, clip.human[:, 3] > 127
    assert (drawn & true).sum() > 0.6 * (drawn | true).sum()


def test_colours_are_premultiplied(sample: Sample) -> None:
    human = sample.clips[0].human.astype(int)
    assert (human[:, :3] <= human[:, 3:] + 1).all()


def test_the_picture_stands_on_white(sample: Sample) -> None:
    assert (sample.picture[:, 0, 0] == 255).all()


def test_nobody_loses_the_ground(sample: Sample) -> None:
    assert 0 < sample.clips[0].shadow.max() < 255


def test_garments_follow_the_build() -> None:
    tall = {"tall": 0.5}
    low, high = (garment("skirt", shape, load_body(shape)) for shape in ({}, tall))
    assert high.vertices_m[:, 1].max() > low.vertices_m[:, 1].max() + 0.1
    assert np.array_equal(low.triangles, high.triangles)
    assert np.allclose(low.weights.sum(axis=1), 1)


def test_garments_stand_on_the_body() -> None:
    body = load_body()
    skirt, hair = (garment(name, {}, body) for name in ("skirt", "hair"))
    assert 0.05 < skirt.vertices_m[:, 1].min() < 0.4
    assert hair.vertices_m[:, 1].max() == pytest.approx(body.vertices_m[:, 1].max(), abs=0.05)


def test_people_differ_and_reach_beyond_the_body() -> None:
    people = [random_person(np.random.default_rng(seed)) for seed in range(6)]
    assert len({tuple(person.look.skin) for person in people}) == 6
    for person in people:
        assert len(person.dressed.vertices_m) >= len(person.bare.vertices_m)
        assert len(person.dressed.colours) == len(person.dressed.vertices_m)
        assert np.isfinite(person.dressed.vertices_m).all()


def test_builds_are_within_what_the_body_has() -> None:
    for seed in range(20):
        shape = random_shape(np.random.default_rng(seed))
        assert all(-1 <= share <= 1 for share in shape.values())
        load_body(shape)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_cloth_is_made_of_two_colours(pattern: str) -> None:
    random = np.random.default_rng(3)
    cloth = random_print(random)
    cloth = type(cloth)(pattern, np.zeros(3, "f4"), np.ones(3, "f4"), 0.1, cloth.waves)
    colours = cloth.colours(rest_places_m())
    assert colours.min() >= 0
    assert colours.max() <= 1
    assert (colours.max() > 0.5) == (pattern != "plain")


def test_everybody_has_hair_a_top_and_skin() -> None:
    look = random_look(np.random.default_rng(1))
    rest = rest_places_m()
    colours = paint(rest, look)
    assert scalp(rest, look).any()
    assert under_top(rest, look).any()
    assert np.isclose(colours, look.skin).all(axis=1).any()


@pytest.mark.parametrize("name", [*TRAINING, *HELD_OUT])
def test_motions_are_postures_of_the_body(name: str) -> None:
    skeleton = load_body().skeleton
    motion = random_motion(np.random.default_rng(0), skeleton, 5, (name,))
    assert motion.frame_count == 5
    assert np.isfinite(motion.root_m).all()
    assert np.allclose(np.linalg.norm(motion.rotations, axis=-1), 1, atol=1e-5)


def test_a_pool_is_made_once_and_read_again(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("mimo_synthetic.people.pool.SAMPLES_PER_SHARD", 2)
    spec = PoolSpec(size_px=32, clips=1, frames=2)
    told: list[int] = []
    path = write_shard(tmp_path, spec, 3, lambda: told.append(1))
    assert len(told) == 2
    assert write_shard(tmp_path, spec, 3, lambda: told.append(1)) == path
    assert len(told) == 2
    (shard,) = shards(tmp_path, spec)
    assert len(shard) == 2
    assert shard.arrays["planes"].shape == (2, 1, 2, 12, 32, 32)
    assert not list(shards(tmp_path, PoolSpec(size_px=64, clips=1, frames=2)))


def test_a_yard_is_in_the_light_of_the_person() -> None:
    yard = random_yard(np.random.default_rng(2))
    camera = look_at(np.array([0.0, 1.5, 6.0]), np.array([0.0, 1.0, 0.0]), 64, 64, 64.0)
    for seed in range(4):
        light = random_light(np.random.default_rng(seed))
        colours, _, hits = see(yard, camera, light.brightness)
        dull, _, _ = see(yard, camera, lambda normals: np.ones((len(normals), 1), np.float32))
        floor = hits.floor & (colours < 1).all(axis=-1)
        expected = light.brightness(np.array([0.0, 1.0, 0.0]))
        assert np.allclose(colours[floor] / dull[floor], expected, rtol=1e-4)

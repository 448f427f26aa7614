import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.synthesis.noise import FrameNoise, normal_noise
from tests.golden import GOLDEN, LARGE, load

RECORDED = [
    pytest.param(array, id=f"{folder.name}-{name}")
    for folder in (GOLDEN, LARGE)
    if folder
    for name, array in load("10_pipeline", folder).items()
    if name.endswith("_latents_init")
]
seeds = st.integers(0, 2**64 - 1)


def bits(noise: np.ndarray) -> list[int]:
    return noise.ravel().view(np.int32).tolist()


@pytest.mark.parametrize("recorded", RECORDED)
def test_noise_is_the_recorded_one(recorded):
    noise = normal_noise(recorded.shape, 42)
    assert noise.dtype == np.float32
    assert noise.shape == recorded.shape
    assert bits(noise) == bits(recorded)


@given(st.lists(st.integers(0, 9), max_size=5), seeds)
def test_noise_is_torchs_for_any_shape(shape, seed):
    torch = pytest.importorskip("torch")
    expected = torch.randn(shape, generator=torch.Generator().manual_seed(seed)).numpy()
    noise = normal_noise(tuple(shape), seed)
    assert noise.shape == expected.shape
    assert bits(noise) == bits(expected)


@pytest.mark.parametrize("count", [*range(40), 62_401, 100_000])
@pytest.mark.parametrize("seed", [0, 2**32 + 7])
def test_noise_is_torchs_at_every_tail_length(count, seed):
    torch = pytest.importorskip("torch")
    expected = torch.randn(count, generator=torch.Generator().manual_seed(seed)).numpy()
    assert bits(normal_noise((count,), seed)) == bits(expected)


@given(st.integers(16, 400), st.integers(0, 400), seeds)
def test_more_noise_begins_alike_up_to_the_tail(count, more, seed):
    shorter, longer = normal_noise((count,), seed), normal_noise((count + more,), seed)
    tail = 16 if count % 16 or (more and (count + more) % 16) else 0
    assert bits(shorter)[: count - tail] == bits(longer)[: count - tail]


@given(seeds)
def test_the_lowest_32_bits_of_the_seed_count(seed):
    assert bits(normal_noise((20,), seed)) == bits(normal_noise((20,), seed % 2**32))


@given(
    st.integers(1, 4),
    st.integers(1, 30),
    st.sampled_from([(4, 4), (8, 6), (5, 7), (16, 16)]),
    seeds,
    st.data(),
)
def test_noise_frame_by_frame_is_that_of_the_whole(channels, frames, size, seed, data):
    whole = normal_noise((channels, frames, *size), seed).swapaxes(0, 1)
    source = FrameNoise(channels, frames, size, seed)
    order = sorted(range(frames), key=lambda frame: frame + data.draw(st.integers(0, 3)))
    for frame in order:
        taken = source.take(frame)
        assert taken.shape == (1, channels, *size)
        assert bits(taken) == bits(whole[frame])


@given(
    st.integers(1, 3),
    st.sets(st.integers(0, 29), min_size=1),
    st.sampled_from([(4, 4), (5, 7), (8, 8)]),
    seeds,
)
def test_noise_of_some_frames_is_theirs_in_the_whole(channels, wanted, size, seed):
    whole = normal_noise((channels, 30, *size), seed).swapaxes(0, 1)
    frame_ids = sorted(wanted)
    source = FrameNoise(channels, 30, size, seed, frame_ids)
    for index, frame_id in enumerate(frame_ids):
        assert bits(source.take(index)) == bits(whole[frame_id])

"""The first noise: what torch's CPU generator draws for the same seed, without torch.

torch fills a float32 tensor of 16 or more elements in groups of 16 by the Box-Muller method: eight
radii from the first eight uniform numbers, eight angles from the next. On x86 the logarithm, sine
and cosine are the Cephes polynomials in fused multiply-adds, not the C library's, so the bits can
only be had by doing the same arithmetic. A smaller tensor is drawn number by number in float64.
"""

import math
from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats

_GROUP = 16
_SKIPPED = 1 << 16  # numbers thrown away at a time
_LOG = (
    *(7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1),
    *(-1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1),
)
_LOG_OF_2 = (-2.12194440e-4, 0.693359375)
_QUARTER_PI = (0.78515625, 2.4187564849853515625e-4, 3.77489497744594108e-8)
_COS = (2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)
_SIN = (-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)


def normal_noise(shape: tuple[int, ...], seed: int) -> Floats:
    """Standard normal numbers, bit for bit `torch.randn(shape, generator=manual_seed(seed))`.

    Args:
        shape: of the array that is returned, float32.
        seed: any integer; as in torch, its lowest 32 bits count.
    """
    twister = np.random.RandomState(seed & 0xFFFFFFFF)
    count = math.prod(shape)
    draw = _filled if count >= _GROUP else _one_by_one
    return draw(twister, count).reshape(shape)


class NoiseSource(Protocol):
    """Where the first noise of a sequence comes from."""

    def take(self, frame: int) -> Floats:
        """The noise of a frame, float32 [1, channels, h, w]; asked for once, nearly rising."""


class FrameNoise:
    """The noise of a sequence frame by frame, `normal_noise((channels, frames, h, w), seed)`.

    As official, the numbers are drawn for all frames of a channel in a row, so that a frame's
    noise depends on how many there are. One generator a channel, each moved to where its channel
    begins, draws them bit for bit in memory that does not grow with the sequence. Frames are taken
    once each, in nearly rising order; those that are skipped wait. `frame_ids`, rising, are those
    of the sequence that are taken, counted anew, where a segment takes some.
    """

    def __init__(
        self,
        channels: int,
        frames: int,
        size: tuple[int, int],
        seed: int,
        frame_ids: Sequence[int] | None = None,
    ) -> None:
        self._frame_ids = range(frames) if frame_ids is None else frame_ids
        self._wanted = set(self._frame_ids)
        self._frame_shape = (channels, 1, *size)
        self._waiting: dict[int, Floats] = {}
        self._next = min(self._frame_ids, default=0)
        self._per_frame = math.prod(size)
        if self._per_frame % _GROUP:  # groups straddle frames; such sizes are small
            noise = normal_noise((channels, frames, *size), seed)
            self._waiting.update(enumerate(np.ascontiguousarray(noise.swapaxes(0, 1))))
            self._next = frames
        begins = ((channel * frames + self._next) * self._per_frame for channel in range(channels))
        self._channels = [_moved_on(seed, begin) for begin in begins]

    def take(self, frame: int) -> Floats:
        """The noise of a frame, float32 [1, channels, h, w]."""
        frame_id = self._frame_ids[frame]
        while frame_id >= self._next:
            drawn = [_box_muller(_uniforms(each, self._per_frame)) for each in self._channels]
            if self._next in self._wanted:
                noise = np.stack(drawn).reshape(self._frame_shape)
                self._waiting[self._next] = np.ascontiguousarray(noise.swapaxes(0, 1))[0]
            self._next += 1
        return self._waiting.pop(frame_id)[np.newaxis]


class EndlessNoise:
    """The noise of a sequence that nobody knows the end of.

    Frame by frame the numbers `normal_noise` draws, rounded up to groups of 16 a frame: what a
    frame gets depends on the seed and on how many were before it. Taken in rising order.
    """

    def __init__(self, channels: int, size: tuple[int, int], seed: int) -> None:
        self._frame_shape = (1, channels, *size)
        self._count = math.prod(self._frame_shape)
        self._drawn = -(-self._count // _GROUP) * _GROUP
        self._twister = np.random.RandomState(seed & 0xFFFFFFFF)

    def take(self, frame: int) -> Floats:  # noqa: ARG002
        """The noise of the next frame, float32 [1, channels, h, w]."""
        drawn = _box_muller(_uniforms(self._twister, self._drawn))
        return drawn[: self._count].reshape(self._frame_shape)


def _moved_on(seed: int, count: int) -> np.random.RandomState:
    """The generator of `seed` after `count` numbers."""
    twister = np.random.RandomState(seed & 0xFFFFFFFF)
    for start in range(0, count, _SKIPPED):
        _words(twister, min(_SKIPPED, count - start))
    return twister


def _filled(twister: np.random.RandomState, count: int) -> Floats:
    noise = np.empty(count, np.float32)
    uniforms = _uniforms(twister, count)
    grouped = count - count % _GROUP
    noise[:grouped] = _box_muller(uniforms[:grouped])
    if grouped < count:
        # The last 16 places are drawn anew, also those that the whole groups have filled.
        noise[-_GROUP:] = _box_muller(_uniforms(twister, _GROUP))
    return noise


def _uniforms(twister: np.random.RandomState, count: int) -> Floats:
    """Numbers in [0, 1) with 24 random bits each."""
    return (_words(twister, count) & 0xFFFFFF).astype(np.float32) * np.float32(2.0**-24)


def _words(twister: np.random.RandomState, count: int) -> NDArray[np.uint32]:
    """The next `count` 32-bit outputs of the Mersenne twister."""
    return twister.randint(0, 2**32, count, np.uint32)


def _box_muller(uniforms: Floats) -> Floats:
    """Normal numbers [n] from uniform ones [n], n a multiple of 16."""
    groups = uniforms.reshape(-1, 2, _GROUP // 2)
    radius = np.sqrt(np.float32(-2.0) * _log(np.float32(1.0) - groups[:, 0]))
    sine, cosine = _sin_cos(np.float32(2.0 * math.pi) * groups[:, 1])
    return np.stack([radius * cosine, radius * sine], axis=1).reshape(-1)


def _log(x: Floats) -> Floats:
    """Natural logarithm of x in (0, 1]."""
    mantissa, exponent = np.frexp(x)
    low = mantissa < np.float32(math.sqrt(0.5))
    power = exponent.astype(np.float32) - low.astype(np.float32)
    r = (mantissa - np.float32(1.0)) + np.where(low, mantissa, np.float32(0.0))
    square = r * r
    y = _polynomial(_LOG, r) * r
    y = _fused(y, square, power * np.float32(_LOG_OF_2[0]))
    y = _fused(square, -0.5, y)
    return _fused(power, _LOG_OF_2[1], r + y)


def _sin_cos(angle: Floats) -> tuple[Floats, Floats]:
    """Sine and cosine of an angle in [0, 2 pi), radians."""
    octant = ((angle * np.float32(4.0 / math.pi)).astype(np.int32) + 1) & ~1
    steps = octant.astype(np.float32)
    r = reduce(lambda rest, part: _fused(steps, -part, rest), _QUARTER_PI, angle)
    square = r * r
    cosine = _polynomial(_COS, square) * square
    cosine = _fused(cosine, square, square * np.float32(-0.5)) + np.float32(1.0)
    sine = _fused(_polynomial(_SIN, square) * square, r, r)
    swapped = (octant & 2) != 0
    sine, cosine = np.where(swapped, cosine, sine), np.where(swapped, sine, cosine)
    sine = np.where((octant & 4) != 0, -sine, sine)
    cosine = np.where(((octant + 2) & 4) != 0, -cosine, cosine)
    return sine, cosine


def _polynomial(coefficients: Iterable[float], x: Floats) -> Floats:
    """Highest power first."""
    first, *others = coefficients
    start = np.full_like(x, first)
    return reduce(lambda y, coefficient: _fused(y, x, coefficient), others, start)


def _fused(a: Floats, b: Floats | float, c: Floats | float) -> Floats:
    """float32 `a * b + c` rounded once.

    The product is exact in float64; that the sum is then rounded twice has been checked to change
    nothing for any of the 2**24 uniform numbers.
    """
    wide_b, wide_c = (np.asarray(value, np.float32).astype(np.float64) for value in (b, c))
    return (a.astype(np.float64) * wide_b + wide_c).astype(np.float32)


def _one_by_one(twister: np.random.RandomState, count: int) -> Floats:
    normals: list[float] = []
    while len(normals) < count:
        angle = 2.0 * math.pi * _wide_uniform(twister)
        radius = math.sqrt(-2.0 * math.log1p(-_wide_uniform(twister)))
        normals += [radius * math.cos(angle), radius * math.sin(angle)]
    return np.array(normals[:count], np.float32)


def _wide_uniform(twister: np.random.RandomState) -> float:
    """A float64 in [0, 1) with 53 random bits."""
    high, low = (int(word) for word in _words(twister, 2))
    return ((high << 32 | low) % 2**53) * 2.0**-53

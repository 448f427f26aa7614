"""What a glTF animation does to its nodes over time: translations, rotations, scales."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.rotations import slerp
from mimo_runtime.body.skeleton import Array
from mimo_runtime.errors import LimitExceededError
from mimo_runtime.motions.files.gltf_file import GltfFile
from mimo_runtime.motions.frame_rate import named_rate
from mimo_runtime.motions.motion import MAX_FRAMES

_USUAL_FPS = Fraction(30)
_SLOWEST_FPS, _FASTEST_FPS = 10, 250
_ROUNDED_S = 1e-4  # by how much a float32 time may come before the one that was meant
_EVEN = 0.1  # of the usual step between keys
_PATHS = ("translation", "rotation", "scale")


@dataclass(frozen=True, slots=True, eq=False)
class AnimationChannel:
    """Keys of one node: `times_s` [K], `values` [K, 3 or 4], and how to go from one to the next."""

    node: int
    path: str
    times_s: Array
    values: Array
    interpolation: str

    def at(self, times_s: Array) -> Array:
        """Values [N, 3 or 4] at `times_s` [N]; rotations are quaternions x, y, z, w."""
        if self.interpolation == "STEP":
            times_s = times_s + _ROUNDED_S
        after = np.clip(np.searchsorted(self.times_s, times_s, side="right"), 1, None)
        after = np.minimum(after, len(self.times_s) - 1)
        before = np.maximum(after - 1, 0)
        length = np.maximum(self.times_s[after] - self.times_s[before], 1e-9)
        share = np.clip((times_s - self.times_s[before]) / length, 0, 1)
        if self.interpolation == "CUBICSPLINE":
            return self._spline(before, after, share, length)
        start, end = self.values[before], self.values[after]
        if self.interpolation == "STEP":
            return np.asarray(np.where((share < 1)[:, None], start, end), np.float64)
        if self.path == "rotation":
            return slerp(start, end, share)
        return np.asarray(start + share[:, None] * (end - start), np.float64)

    def _spline(
        self, before: NDArray[Any], after: NDArray[Any], share: Array, length: Array
    ) -> Array:
        """glTF 2.0, appendix C: cubic Hermite, each key as in-tangent, value, out-tangent."""
        keys = self.values.reshape(len(self.times_s), 3, -1)
        t, d = share[:, None], length[:, None]
        start, end = keys[before], keys[after]
        values = (2 * t**3 - 3 * t**2 + 1) * start[:, 1] + d * (t**3 - 2 * t**2 + t) * start[:, 2]
        values = values + (3 * t**2 - 2 * t**3) * end[:, 1] + d * (t**3 - t**2) * end[:, 0]
        if self.path == "rotation":
            values = values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-12)
        return np.asarray(values, np.float64)


def longest_animation(file: GltfFile) -> tuple[list[AnimationChannel], str, int]:
    """The channels of the animation that lasts longest, its name, and how many there are."""
    animations = [
        (_channels(file, animation), str(animation.name or ""))
        for animation in file.content.animations
    ]
    if not animations:
        return [], "", 0
    channels, name = max(
        animations, key=lambda animation: max((c.times_s[-1] for c in animation[0]), default=0.0)
    )
    return channels, name, len(animations)


def sampling(channels: Sequence[AnimationChannel], rate_fps: Fraction | None, name: str) -> tuple[
    Array, Fraction
]:  # fmt: skip
    """Evenly spaced times [N] from the first key to the last, and the rate.

    The rate is `rate_fps`, else that at which keys stand, else 30.
    Raises LimitExceededError where these are too many.
    """
    start = min(float(channel.times_s[0]) for channel in channels)
    end = max(float(channel.times_s[-1]) for channel in channels)
    rate = rate_fps or _key_rate(channels)
    count = round((end - start) * float(rate)) + 1
    if count > MAX_FRAMES:
        raise LimitExceededError(
            f"'{name}' has {count} frames; at most {MAX_FRAMES} are read. Cut it, or give a lower "
            "rate of the source.",
            settings=("source_fps",),
        )
    return start + np.arange(count) / float(rate), rate


def _key_rate(channels: Sequence[AnimationChannel]) -> Fraction:
    dense = max(channels, key=lambda channel: len(channel.times_s))
    steps = np.diff(dense.times_s)
    step = float(np.median(steps)) if len(steps) else 0.0
    if not 1 / _FASTEST_FPS <= step <= 1 / _SLOWEST_FPS:
        return _USUAL_FPS
    even = steps[np.abs(steps - step) < _EVEN * step]
    rate = named_rate(Fraction(1 / float(even.mean())))
    rounded = round(rate)
    if rate == rounded or rate * 1001 == rounded * 1000:
        return rate
    return Fraction(rounded) if abs(rounded - rate) < rate / 200 else rate


def _channels(file: GltfFile, animation: object) -> list[AnimationChannel]:
    kept = []
    for channel in animation.channels:  # type: ignore[attr-defined]
        sampler = animation.samplers[channel.sampler]  # type: ignore[attr-defined]
        if channel.target.node is None or channel.target.path not in _PATHS:
            continue
        times, values = file.array(sampler.input)[:, 0], file.array(sampler.output)
        kind = sampler.interpolation or "LINEAR"
        keys = 3 if kind == "CUBICSPLINE" else 1
        width = 4 if channel.target.path == "rotation" else 3
        if len(values) != keys * len(times) or values.shape[1] != width:
            raise ValueError("an animation has as many values as it has times")
        if not (
            np.isfinite(times).all() and np.isfinite(values).all() and (np.diff(times) >= 0).all()
        ):
            raise ValueError("the keys of an animation are no finite numbers in order")
        kept.append(AnimationChannel(channel.target.node, channel.target.path, times, values, kind))
    return kept

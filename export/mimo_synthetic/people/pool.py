"""A folder of pre-rendered samples, written by any number of processes, read by memory mapping.

Each shard is an uncompressed .npy file per array, so that training reads just the frames it wants.
A shard belongs to a seed: the same seed, sizes and code give the same shard.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mimo_synthetic.people.postures import TRAINING
from mimo_synthetic.people.samples import Sample, random_sample

Pixels = NDArray[np.uint8]
SAMPLES_PER_SHARD: Final = 16
ARRAYS: Final = ("picture", "own_layer", "own_planes", "planes", "human", "shadow", "plate")


@dataclass(frozen=True, slots=True)
class PoolSpec:
    """Sizes of every sample of a pool, and the motions that its people do."""

    size_px: int = 192
    clips: int = 2
    frames: int = 6
    motions: tuple[str, ...] = TRAINING

    def shard_name(self, seed: int) -> str:
        """The folder of a shard."""
        return f"{self.size_px}px-{self.clips}x{self.frames}-{seed:05d}"


@dataclass(frozen=True, slots=True, eq=False)
class Shard:
    """Mapped arrays, each [samples, ...]; those of clips [samples, clips, frames, C, S, S]."""

    arrays: Mapping[str, Pixels]

    def __len__(self) -> int:
        return len(self.arrays["picture"])


def write_shard(folder: Path, spec: PoolSpec, seed: int, on_sample: Callable[[], None]) -> Path:
    """Render the shard of `seed` into `folder`, unless it is there; returns its path."""
    target = folder / spec.shard_name(seed)
    if target.exists():
        return target
    partial = target.with_name(f".{target.name}.partial")
    partial.mkdir(parents=True, exist_ok=True)
    rows: dict[str, list[Pixels]] = {name: [] for name in ARRAYS}
    for number in range(SAMPLES_PER_SHARD):
        random = np.random.default_rng((seed, number))
        sample = random_sample(random, spec.size_px, spec.clips, spec.frames, spec.motions)
        for name, value in _rows(sample).items():
            rows[name].append(value)
        on_sample()
    for name, values in rows.items():
        np.save(partial / f"{name}.npy", np.stack(values))
    partial.rename(target)
    return target


def shards(folder: Path, spec: PoolSpec) -> Iterator[Shard]:
    """All finished shards of `folder` that are of `spec`, in the order of their seeds."""
    prefix = spec.shard_name(0).rsplit("-", 1)[0]
    for path in sorted(folder.glob(f"{prefix}-*")):
        yield Shard({name: np.load(path / f"{name}.npy", mmap_mode="r") for name in ARRAYS})


def _rows(sample: Sample) -> dict[str, Pixels]:
    clips = sample.clips
    return {
        "picture": sample.picture,
        "own_layer": sample.layer,
        "own_planes": sample.planes,
        "planes": np.stack([clip.planes for clip in clips]),
        "human": np.stack([clip.human for clip in clips]),
        "shadow": np.stack([clip.shadow for clip in clips]),
        "plate": np.stack([clip.plate for clip in clips]),
    }

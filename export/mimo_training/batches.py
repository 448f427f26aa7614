"""Batches drawn from a pool: floats for the networks, mirrored and recoloured at random."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from mimo_networks.layer_vae import COVERAGE
from mimo_synthetic.people.pool import Shard

Random = np.random.Generator
STILL: Final = ("picture", "own_layer", "own_planes")
_RECOLOURED = 0.4  # of the batches get their colour channels exchanged
_BRIGHTER, _TINTED = 0.25, 0.1  # deviations of the logarithm of light, of all and of each channel


@dataclass(frozen=True, slots=True)
class Batch:
    """B characters, F frames of each: [B, ...] and [B x F, ...], everything 0..1, normals -1..1.

    `picture` [B, 3, S, S] on white, its `own_layer` [B, 4, S, S] and `own_planes` [B, 12, S, S];
    `planes` [BF, 12, S, S], `human` [BF, 4, S, S] premultiplied RGBA, `shadow` [BF, 1, S, S],
    `plate` [BF, 3, S, S].
    """

    picture: Tensor
    own_layer: Tensor
    own_planes: Tensor
    planes: Tensor
    human: Tensor
    shadow: Tensor
    plate: Tensor

    @property
    def frames(self) -> int:
        """F."""
        return len(self.planes) // len(self.picture)

    @property
    def alpha(self) -> Tensor:
        """The true matte, [BF, 1, S, S]."""
        return self.human[:, 3:]

    @property
    def layer(self) -> Tensor:
        """What the autoencoder gets, [BF, 5, S, S]."""
        return torch.cat([self.human, self.shadow], dim=1)

    def redrawn(self) -> "Batch":
        """The pictures themselves as the frames to be painted, one of each, on their plates.

        What is to be painted is at the same place as in the reference: where reading it is learned
        first.
        """
        plate = self.plate[:: self.frames]
        shadow = torch.zeros_like(plate[:, :1])
        return replace(
            self, planes=self.own_planes, human=self.own_layer, shadow=shadow, plate=plate
        )

    def resized(self, size_px: int) -> "Batch":
        """Of `size_px`, which is no more than now."""
        if size_px == self.planes.shape[-1]:
            return self
        return self._each(
            lambda t: functional.interpolate(t, (size_px, size_px), mode="bilinear", antialias=True)
        )

    def to(self, device: torch.device) -> "Batch":
        """On `device`, in the layout in which convolutions are fast."""
        return self._each(lambda t: t.to(device).contiguous(memory_format=torch.channels_last))

    def _each(self, change: Callable[[Tensor], Tensor]) -> "Batch":
        return replace(self, **{f.name: change(getattr(self, f.name)) for f in fields(self)})


def random_batch(shards: Sequence[Shard], characters: int, frames: int, random: Random) -> Batch:
    """`characters` different samples, a run of `frames` frames of one clip of each, augmented."""
    rows: dict[str, list[np.ndarray]] = {f.name: [] for f in fields(Batch)}
    people = [(shard, number) for shard in shards for number in range(len(shard))]
    for index in random.choice(len(people), characters, replace=len(people) < characters):
        shard, number = people[index]
        clips, length = shard.arrays["planes"].shape[1:3]
        clip, first = int(random.integers(clips)), int(random.integers(length - frames + 1))
        for name in rows:
            array = shard.arrays[name][number]
            still = name in STILL
            rows[name].append(array[None] if still else array[clip, first : first + frames])
    batch = batch_from({name: np.concatenate(values) for name, values in rows.items()})
    return relit(_recoloured(_mirrored(batch, random), random), random)


def batch_from(arrays: Mapping[str, np.ndarray]) -> Batch:
    """uint8 arrays of a pool, characters and frames in a row, as floats."""
    floats = {name: torch.from_numpy(array).float() / 255 for name, array in arrays.items()}
    for name in ("planes", "own_planes"):
        normals = floats[name][:, 3:6] * 2 - 1
        floats[name][:, 3:6] = torch.where(floats[name][:, COVERAGE] > 0, normals, 0.0)
    return Batch(**floats)


def _mirrored(batch: Batch, random: Random) -> Batch:
    """Left and right exchanged, in half of the batches: on the surface too."""
    if random.random() < 0.5:
        return batch
    flipped = batch._each(lambda t: t.flip(-1))
    for planes in (flipped.planes, flipped.own_planes):
        planes[:, 0] = 1 - planes[:, 0]
        planes[:, 3] = -planes[:, 3]
    return flipped


def _recoloured(batch: Batch, random: Random) -> Batch:
    """Red, green and blue exchanged, everywhere alike, so that no colour is expected anywhere."""
    if random.random() > _RECOLOURED:
        return batch
    order = random.permutation(3)
    for planes in (batch.planes, batch.own_planes):
        planes[:, 6:9] = planes[:, 6 + order]
    for picture in (batch.picture, batch.plate):
        picture[:] = picture[:, order]
    for layer in (batch.human, batch.own_layer):
        layer[:, :3] = layer[:, order]
    return batch


def relit(batch: Batch, random: Random) -> Batch:
    """Another light on each character's frames and plates alike, so that it is read off the plate.

    A pool holds too few lights: networks would remember them.
    """
    count = len(batch.picture)
    tints = random.normal(0, _BRIGHTER, (count, 1)) + random.normal(0, _TINTED, (count, 3))
    gains = torch.from_numpy(np.exp(tints)).float().repeat_interleave(batch.frames, dim=0)
    gains = gains[:, :, None, None]
    human = batch.human.clone()
    human[:, :3] = torch.minimum(human[:, :3] * gains, human[:, 3:])
    return replace(batch, human=human, plate=(batch.plate * gains).clamp(max=1))

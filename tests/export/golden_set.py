"""One recorded golden set with its checkpoint loaded, as torch tensors in our layouts."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor

from mimo_networks.checkpoint import Checkpoint
from tests.golden import load


@dataclass
class GoldenSet:
    """Recorded tensors of `folder`; videos [1, c, frames, h, w] come as [frames, c, h, w]."""

    folder: Path
    checkpoint: Checkpoint

    def tensors(self, name: str) -> dict[str, Tensor]:
        """All arrays of one file as recorded."""
        arrays = load(name, self.folder)
        return {key: torch.from_numpy(array.copy()) for key, array in arrays.items()}

    @cached_property
    def latents(self) -> Tensor:
        """Noisy latents [frames, 4, h, w]."""
        return by_frame(self.tensors("06_denoising_unet")["latents"])

    @cached_property
    def background(self) -> Tensor:
        """Background latents [frames, 4, h, w]."""
        return by_frame(self.tensors("03_vae")["bk_latents"])

    @cached_property
    def pose(self) -> Tensor:
        """Pose features [frames, c0, h, w]."""
        return by_frame(self.tensors("04_pose_guider")["pose_fea"])

    @cached_property
    def tokens(self) -> Tensor:
        """Zero token and CLIP token [2, 1, token_width]."""
        return self.tensors("05_reference_unet")["encoder_hidden_states"]

    @cached_property
    def bank(self) -> dict[str, Tensor]:
        """Reference features [2, h * w, channels] by block."""
        found = self.tensors("05_reference_unet").items()
        return {key[5:]: tensor for key, tensor in found if key.startswith("bank.")}

    def told(self, half_precision: bool) -> dict[str, Tensor]:
        """The conditional half's bank, rounded to fp16 as the official code does, or not."""
        rows = {name: features[1] for name, features in self.bank.items()}
        return {n: t.half().float() for n, t in rows.items()} if half_precision else rows

    def prediction(self, name: str) -> Tensor:
        """A recorded denoiser output as [branches, frames, 4, h, w]."""
        return self.tensors("06_denoising_unet")[name].transpose(1, 2)


def by_frame(video: Tensor) -> Tensor:
    """[1, c, frames, h, w] to [frames, c, h, w]."""
    return video[0].transpose(0, 1)


def largest_difference(found: Tensor, wanted: Tensor) -> float:
    """Largest absolute difference of two tensors of the same shape."""
    assert found.shape == wanted.shape
    return (found - wanted).abs().max().item()

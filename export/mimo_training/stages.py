"""The stages of training, in order: what each sees, and what it is told to make small.

They are what a prototype found to work: the silhouette alone first, or the reference is never
used; colour with the texture kept where it is known; latents and noise last.
"""

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from mimo_training.batches import Batch
from mimo_training.diffusion import Schedule
from mimo_training.losses import Losses, colour_losses, scale_loss, silhouette_loss
from mimo_training.model import Character, TinyMimo

LAST = 999  # the timestep of nothing but noise
SIZES_PX: Final = (128, 192)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage.

    Attributes:
        name: of the stage, in files and tables.
        sizes_px: of frames, one of them a batch: attention that saw one size alone finds nothing
            in another. characters, frames: of a batch of the first size.
        learning_rate: at its begin; it falls to a tenth along a cosine.
        share: of the whole time.
        redrawn: how often the reference itself is the frame to be painted.
        reference: whether the reference network learns; else it stays as it is, which spares a
            third of a step.
        colours, latents: whether colour, and whether latents at every noise level, are learned.
    """

    name: str
    sizes_px: tuple[int, ...]
    characters: int
    frames: int
    learning_rate: float
    share: float
    redrawn: float
    reference: bool = True
    colours: bool = True
    latents: bool = False

    def characters_at(self, size_px: int) -> int:
        """How many characters a batch of frames of `size_px` has: about as many pixels in each."""
        return max(2, round(self.characters * (self.sizes_px[0] / size_px) ** 2))

    def losses(self, model: TinyMimo, batch: Batch, schedule: Schedule) -> Losses:
        """Everything to be made small for one batch, by name."""
        if float(torch.rand(())) < self.redrawn:
            batch = batch.redrawn()
        with torch.set_grad_enabled(self.reference):
            character = model.character(batch.picture, batch.own_planes)
        guide, scene = model.maps(batch.planes, batch.plate)
        condition = model.joined(guide, scene)
        losses = {"scale": scale_loss(scene) + scale_loss(guide)}
        if self.latents:
            return losses | _latent_losses(model, batch, schedule, condition, character)
        noise = schedule.noise(condition, model.config.vae.latent_channels, batch.frames)
        last = torch.full((len(batch.picture),), LAST, device=noise.device)
        painted = model.paint(-model.prediction(noise, last, condition, character), batch.planes)
        losses["silhouette"] = silhouette_loss(painted, batch)
        return losses | colour_losses(painted, batch) if self.colours else losses


def _latent_losses(
    model: TinyMimo, batch: Batch, schedule: Schedule, condition: Tensor, character: Character
) -> Losses:
    """Reconstruction, and the denoiser at every noise level, seen through the decoder too."""
    truth = model.encoder.painted(batch.layer, batch.planes)
    rebuilt = model.paint(truth, batch.planes)
    kept = colour_losses(rebuilt, batch)
    losses = {"rebuilt_silhouette": silhouette_loss(rebuilt, batch)}
    losses |= {f"rebuilt_{name}": loss for name, loss in kept.items() if name != "light"}
    noise = schedule.noise(truth, truth.shape[1], batch.frames)
    steps = _timesteps(len(batch.picture)).to(truth.device)
    each = steps.repeat_interleave(batch.frames)
    target = truth.detach()
    sample = schedule.noisy(target, noise, each)
    velocity = model.prediction(sample, steps, condition, character)
    found = schedule.clean(sample, velocity, each)
    painted = model.paint(found, batch.planes)
    losses["latents"] = 0.3 * (found - target).square().mean() / target.var().clamp(min=1e-2)
    losses["true_scale"] = scale_loss(truth)
    return losses | {"silhouette": silhouette_loss(painted, batch)} | colour_losses(painted, batch)


def _timesteps(count: int) -> Tensor:
    """One a character: half of them where few-step solvers begin, the rest anywhere."""
    few = torch.tensor([LAST, LAST, 749, 499, 249])
    chosen = few[torch.randint(len(few), (count,))]
    anywhere = torch.randint(0, LAST + 1, (count,))
    return torch.where(torch.rand(count) < 0.7, chosen, anywhere)


STAGES: Final = (
    Stage("silhouette", SIZES_PX, 6, 1, 6e-4, 0.35, 0.5, colours=False),
    Stage("colour", SIZES_PX, 4, 2, 5e-4, 0.35, 0.3),
    Stage("latents", SIZES_PX, 3, 4, 4e-4, 0.3, 0.2, reference=False, latents=True),
)

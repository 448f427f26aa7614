"""How good a model is on people, motions and cameras that it was not trained on."""

from collections.abc import Mapping

import torch
from torch import Tensor

from mimo_networks.layer_vae import CONFIDENCE, COVERAGE, RGB
from mimo_training.batches import Batch
from mimo_training.diffusion import Schedule
from mimo_training.model import TinyMimo
from mimo_training.stages import LAST

Figures = Mapping[str, float]
SEEN = 0.4  # confidence of the texture from which a surface counts as seen


@torch.no_grad()
def measure(model: TinyMimo, batches: list[Batch], schedule: Schedule) -> Figures:
    """Means over batches of several characters, each in one step from noise."""
    sums: dict[str, list[float]] = {}
    for batch in batches:
        for name, value in _measured(model, batch, schedule).items():
            sums.setdefault(name, []).append(value)
    return {name: sum(values) / len(values) for name, values in sums.items()}


def _measured(model: TinyMimo, batch: Batch, schedule: Schedule) -> dict[str, float]:
    torch.manual_seed(0)
    character = model.character(batch.picture, batch.own_planes)
    condition = model.condition(batch.planes, batch.plate)
    noise = schedule.noise(condition, model.config.vae.latent_channels, batch.frames)
    last = torch.full((len(batch.picture),), LAST)
    others = character.of(torch.arange(len(batch.picture)).roll(1))
    found, other = (
        model.paint(-model.prediction(noise, last, condition, who), batch.planes)
        for who in (character, others)
    )
    coverage = batch.planes[:, COVERAGE]
    alpha = found.alpha.sigmoid()
    own = found.colour.clamp(0, 1) * alpha + batch.plate * (1 - batch.shadow) * (1 - alpha)
    truth = batch.human[:, :3] + batch.plate * (1 - batch.shadow) * (1 - batch.alpha)
    drawn = batch.planes[:, RGB] * coverage + batch.plate * (1 - batch.shadow) * (1 - coverage)
    seen = batch.alpha * (batch.planes[:, CONFIDENCE] > SEEN)
    beyond = batch.alpha * (coverage < 0.5)
    return {
        "iou": overlap(alpha, batch.alpha),
        "iou_other": overlap(other.alpha.sigmoid(), batch.alpha),
        "iou_bare": overlap(coverage, batch.alpha),
        "body_db": psnr(own, truth, batch.alpha),
        "body_drawn_db": psnr(drawn, truth, batch.alpha),
        "seen_db": psnr(own, truth, seen),
        "seen_drawn_db": psnr(drawn, truth, seen),
        "beyond_db": psnr(own, truth, beyond),
        "beyond_drawn_db": psnr(drawn, truth, beyond),
        "sharpness": sharpness(own, seen) / sharpness(truth, seen),
        "sharpness_drawn": sharpness(drawn, seen) / sharpness(truth, seen),
        "shadow_error": float((found.shadow - batch.shadow).square().mean().sqrt()),
    }


def overlap(found: Tensor, truth: Tensor) -> float:
    """Shared area over that of both, mattes counted from one half on."""
    a, b = found > 0.5, truth > 0.5
    shared = (a & b).flatten(1).sum(1) / (a | b).flatten(1).sum(1).clamp(min=1)
    return float(shared.mean())


def psnr(found: Tensor, truth: Tensor, weight: Tensor) -> float:
    """Peak signal to noise in dB of 0..1 pictures, each pixel counting as `weight` says."""
    error = (((found - truth).square() * weight).sum() / (3 * weight.sum()).clamp(min=1e-6)).clamp(
        min=1e-9
    )
    return float(-10 * torch.log10(error))


def sharpness(picture: Tensor, weight: Tensor) -> float:
    """The mean difference of neighbours side by side, both within `weight`."""
    both = torch.minimum(weight[..., 1:], weight[..., :-1])
    steps = (picture[..., 1:] - picture[..., :-1]).abs() * both
    return float(steps.sum() / (3 * both.sum()).clamp(min=1e-6))

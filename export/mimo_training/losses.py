"""What each stage of training is told to make small."""

import torch
from torch import Tensor
from torch.nn import functional

from mimo_networks.layer_vae import COVERAGE, Painted
from mimo_training.batches import Batch

Losses = dict[str, Tensor]


def silhouette_loss(painted: Painted, batch: Batch) -> Tensor:
    """Binary cross-entropy of the matte, counting pixels near the person most.

    Never L1: a person covers a tenth of a picture, so that nothing everywhere is its median.
    """
    weight = 0.1 + 0.9 * _around(torch.maximum(batch.alpha, batch.planes[:, COVERAGE]))
    loss = functional.binary_cross_entropy_with_logits(
        painted.alpha, batch.alpha, weight, reduction="sum"
    )
    return loss / weight.sum()


def colour_losses(painted: Painted, batch: Batch) -> Losses:
    """L1 on the person's colours and on the composite, squares on the shadow.

    Colours are compared where the true person is, not premultiplied: rims do not turn dark.
    """
    alpha = batch.alpha
    true = batch.human[:, :3] / alpha.clamp(min=0.02)
    area = alpha.sum().clamp(min=1)
    colour = ((painted.colour - true).abs() * alpha).sum() / (3 * area)
    across = (_across(painted.colour) - _across(true)).abs() * _both_across(alpha)
    down = (_down(painted.colour) - _down(true)).abs() * _both_down(alpha)
    edges = (across.sum() + down.sum()) / (3 * area)
    shadow = (painted.shadow - batch.shadow).square().sum() / area
    ground = batch.plate * (1 - batch.shadow)
    own = painted.alpha.sigmoid()
    composite = painted.colour * own + ground * (1 - own)
    truth = batch.human[:, :3] + ground * (1 - alpha)
    whole = (composite - truth).abs().sum() / (3 * area)
    smooth = _across(painted.light).square().mean() + _down(painted.light).square().mean()
    return {
        "colour": colour,
        "edges": 0.5 * edges,
        "shadow": 10.0 * shadow,
        "composite": 0.5 * whole,
        "light": 2.0 * smooth,
    }


def scale_loss(latents: Tensor) -> Tensor:
    """How far what the networks read is from a mean of zero and a variance of one.

    In every stage: the networks norm what they read, so that nothing else holds its size, and left
    free, encoder or guider grow a hundredfold and drown noise, reference and each other. A mean is
    nothing but a bias to them, and where it drifts, what was learned of the reference is lost.
    """
    mean = latents.mean((0, 2, 3), keepdim=True)
    variance = (latents - mean).square().mean()
    return 0.2 * (mean.square().mean() + (variance - 1).square())


def _around(mask: Tensor) -> Tensor:
    """Everything within a tenth of the picture's side of `mask`."""
    reach = max(1, mask.shape[-1] // 12)
    rows = functional.max_pool2d(mask, (1, 2 * reach + 1), stride=1, padding=(0, reach))
    return functional.max_pool2d(rows, (2 * reach + 1, 1), stride=1, padding=(reach, 0))


def _across(x: Tensor) -> Tensor:
    return x[..., 1:] - x[..., :-1]


def _down(x: Tensor) -> Tensor:
    return x[..., 1:, :] - x[..., :-1, :]


def _both_across(x: Tensor) -> Tensor:
    return torch.minimum(x[..., 1:], x[..., :-1])


def _both_down(x: Tensor) -> Tensor:
    return torch.minimum(x[..., 1:, :], x[..., :-1, :])

"""A picture of what a model does with people that it has never seen."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from mimo_networks.layer_vae import COVERAGE, RGB
from mimo_training.batches import Batch
from mimo_training.diffusion import Schedule
from mimo_training.model import TinyMimo
from mimo_training.stages import LAST


@torch.no_grad()
def draw_sheet(model: TinyMimo, batch: Batch, schedule: Schedule, path: Path) -> None:
    """A row a character: its picture, then of each frame what is drawn, painted, and true."""
    torch.manual_seed(0)
    character = model.character(batch.picture, batch.own_planes)
    condition = model.condition(batch.planes, batch.plate)
    noise = schedule.noise(condition, model.config.vae.latent_channels, batch.frames)
    last = torch.full((len(batch.picture),), LAST)
    painted = model.paint(-model.prediction(noise, last, condition, character), batch.planes)
    layer = painted.layer()
    ours = batch.plate * (1 - layer[:, 3:]) + layer[:, :3]
    cover = batch.planes[:, COVERAGE]
    drawn = batch.plate * (1 - cover) + batch.planes[:, RGB] * cover
    truth = batch.plate * (1 - batch.shadow) * (1 - batch.alpha) + batch.human[:, :3]
    columns = [batch.picture]
    for frame in range(batch.frames):
        columns += [pictures[frame :: batch.frames] for pictures in (drawn, ours, truth)]
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(_tiled(columns)).save(path)


def _tiled(columns: list[Tensor]) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    """Columns of [rows, 3, S, S] as one uint8 picture."""
    whole = torch.cat([torch.cat(list(column), dim=1) for column in columns], dim=2)
    levels = (whole.clamp(0, 1) * 255).round().byte()
    return np.ascontiguousarray(levels.permute(1, 2, 0).cpu().numpy())

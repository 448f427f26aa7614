"""Colour per region of the true person's body, and in the box around the face.

Regions are told by the surface coordinates of the planes (`mimo_runtime.characters.planes`):
across, up, and to the front of the body at rest, 0 to 1 each.
"""

from collections.abc import Mapping
from typing import Final

import torch
from torch import Tensor

from mimo_training.batches import Batch
from mimo_training.measures import psnr

REGIONS: Final = ("head", "trunk", "arms", "legs", "face box", "whole crop")
_HEAD, _FACE, _FRONT = 0.86, 0.88, 0.42
_ARMS, _ABOVE_LEGS = 0.17, 0.5  # from the middle; of the height
_LEAST_PX = 12  # of the face, for its box to be counted


def region_db(frames: Tensor, truth: Tensor, batch: Batch) -> Mapping[str, float]:
    """PSNR in dB of frames [N, 3, S, S] over their plates in each of `REGIONS` that is shown."""
    masks = _masks(batch)
    return {
        name: psnr(frames, truth, mask) for name, mask in masks.items() if float(mask.sum()) > 0
    }


def _masks(batch: Batch) -> Mapping[str, Tensor]:
    across, up, forward = batch.planes[:, :3].split(1, dim=1)
    head, legs = up > _HEAD, up < _ABOVE_LEGS
    arms = ((across - 0.5).abs() > _ARMS) & ~head & ~legs
    face = (up > _FACE) & (forward > _FRONT) & (batch.alpha > 0.5)
    parts = {"head": head, "trunk": ~(head | legs | arms), "arms": arms, "legs": legs}
    masks = {name: batch.alpha * part for name, part in parts.items()}
    return masks | {"face box": _boxes(face), "whole crop": torch.ones_like(batch.alpha)}


def _boxes(marked: Tensor) -> Tensor:
    """1 in the box around what is marked of each frame [N, 1, S, S], else 0."""
    boxes = torch.zeros(marked.shape)
    for box, frame in zip(boxes[:, 0], marked[:, 0], strict=True):
        rows, columns = (frame.any(axis).nonzero() for axis in (1, 0))
        if int(frame.sum()) >= _LEAST_PX:
            box[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] = 1
    return boxes

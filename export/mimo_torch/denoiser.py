"""The denoiser component of a bundle, computed as the switches say."""

from torch import Tensor, nn

from mimo_networks.unet import UNet
from mimo_torch.conditions import SwitchedConditions
from mimo_torch.packing import PackedWeights
from mimo_torch.step import Caches, fill_conditions, first_maps
from mimo_torch.switches import Switches


class SwitchedDenoiserPass(nn.Module):
    """The same inputs and output as `networks.precomputed.DenoiserPass`.

    `packed` are the denoiser's own weights, laid out by `packing.pack`.
    """

    def __init__(
        self, denoiser: UNet, frames: int, guided: bool, switches: Switches, packed: PackedWeights
    ) -> None:
        super().__init__()
        self.denoiser = denoiser
        self.frames = frames
        self.branches = 2 if guided else 1
        self.switches = switches
        self.packed = packed

    def forward(
        self,
        latents: Tensor,
        condition: Tensor,
        time_projections: Tensor,
        step: Tensor,
        frame_mask: Tensor,
        cross: Tensor,
        *reference: Tensor,
    ) -> Tensor:
        """Predict v: [branches, frames, 4, h, w]."""
        caches = Caches(condition, time_projections, cross, reference, self.packed)
        conditions = SwitchedConditions(
            self.switches,
            self.frames,
            unconditional_rows=self.frames * (self.branches - 1),
            frame_mask=frame_mask,
            packed=self.packed,
        )
        fill_conditions(conditions, self.denoiser, step, caches, self.branches)
        x = first_maps(self.denoiser, latents, condition, self.branches)
        x = self.denoiser.head(self.denoiser(x, conditions))
        return x.unflatten(0, (self.branches, self.frames))

"""The two computations of one denoiser step that are compared, on the same weights and inputs."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from benchmarks.gpu_parts.sizes import official_unet
from mimo_export.components import TIME_ROWS, reference_names
from mimo_export.graph import Graph, onnx_from_graph
from mimo_export.store import WeightStore
from mimo_networks.config import LATENT_CHANNELS, MotionConfig, UNetConfig
from mimo_networks.official import official_denoise
from mimo_networks.precomputed import DenoiserPass, Identity, Reference, TimeProjections
from mimo_networks.unet import UNet
from mimo_runtime.bundle import Component
from mimo_runtime.engines.onnxruntime_engine import OrtEngine

Run = Callable[[], NDArray[np.float32]]
TIMESTEP = 479


@dataclass(frozen=True, slots=True)
class Size:
    """A denoiser: channels and heads of its levels, frames of a window, latent side."""

    channels: tuple[int, int, int, int]
    heads: int
    layers: int
    frames: int
    latent: int
    token_width: int

    @property
    def config(self) -> UNetConfig:
        """The shape of Stable Diffusion 1.5 with these sizes."""
        return official_unet(self.channels, self.heads, self.layers, 32, self.token_width)


SIZES = {
    "small": Size((32, 32, 32, 32), heads=4, layers=1, frames=24, latent=12, token_width=32),
    "half-width-512px": Size(
        (160, 320, 640, 640), heads=4, layers=2, frames=2, latent=64, token_width=768
    ),
}


@dataclass(frozen=True, slots=True)
class Subjects:
    """Both computations, ready to be timed; each returns the prediction [2, frames, 4, h, w]."""

    official: Run
    ours: Run


class _Case:
    """Random networks and the inputs of one guided step."""

    def __init__(self, size: Size) -> None:
        torch.manual_seed(0)
        motion = MotionConfig(heads=size.heads)
        self.size = size
        self.denoiser = _frozen(UNet(size.config, motion, 2 * LATENT_CHANNELS))
        maps = (size.frames, LATENT_CHANNELS, size.latent, size.latent)
        self.latents, self.background = torch.randn(maps), torch.randn(maps)
        self.pose = torch.randn(size.frames, size.channels[0], size.latent, size.latent)
        self.token = torch.randn(1, size.token_width)
        reference = Reference(_frozen(UNet(size.config)))
        self.bank = reference(torch.randn(1, *maps[1:]), self.token)

    def official(self) -> NDArray[np.float32]:
        """As the official code computes it, in eager PyTorch."""
        tokens = torch.cat([torch.zeros_like(self.token), self.token])[:, None]
        sample = torch.cat([self.latents, self.background], dim=1).expand(2, -1, -1, -1, -1)
        names = (block.name for block in self.denoiser.readers())
        bank = dict(zip(names, self.bank, strict=True))
        timestep = torch.tensor([TIMESTEP])
        result = official_denoise(self.denoiser, sample, timestep, tokens, self.pose, bank)
        return result.numpy()

    def inputs(self) -> dict[str, Tensor]:
        """The same step's inputs of the exported component."""
        weight = self.denoiser.conv_in.weight[:, LATENT_CHANNELS:]
        scene = functional.conv2d(self.background, weight, self.denoiser.conv_in.bias, padding=1)
        cross, *reference = Identity(self.denoiser)(self.token, *self.bank)
        readers = [block.name for block in self.denoiser.readers()]
        steps = torch.full((TIME_ROWS,), TIMESTEP)
        return {
            "latents": self.latents,
            "condition": scene + self.pose,
            "time_projections": TimeProjections(self.denoiser)(steps),
            "step": torch.zeros(1, dtype=torch.int64),
            "frame_mask": torch.ones(self.size.frames, dtype=torch.bool),
            "cross": cross,
        } | dict(zip(reference_names(readers), reference, strict=True))


@contextmanager
def subjects(size: Size, threads: int) -> Iterator[Subjects]:
    """Make both from random weights; the exported graph lies in a folder that goes afterwards."""
    torch.set_num_threads(threads)
    with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
        case = _Case(size)
        yield Subjects(case.official, _exported(case, Path(folder), threads))


def _exported(case: _Case, folder: Path, threads: int) -> Run:
    frames = case.size.frames
    inputs = {name: tensor.clone() for name, tensor in case.inputs().items()}
    module = DenoiserPass(case.denoiser, frames, guided=True)
    with torch.inference_mode(mode=False):
        plain = {name: torch.from_numpy(t.numpy().copy()) for name, t in inputs.items()}
        graph = Graph(
            module, plain, ("prediction",), unconditional_rows=frames, conditional_rows=frames
        )
        model, specs_in, specs_out = onnx_from_graph(graph)
    with WeightStore(folder) as store:
        weights_bytes = store.save(model, "denoiser.onnx")
    component = Component("denoiser.onnx", weights_bytes, tuple(specs_in), tuple(specs_out))
    bound = OrtEngine(folder / "denoiser.onnx", component, threads).bind()
    for name, tensor in inputs.items():
        bound.buffers[name][...] = tensor.numpy()

    def run() -> NDArray[np.float32]:
        bound.run()
        return bound.buffers["prediction"]

    return run


def _frozen(net: UNet) -> UNet:
    return net.eval().requires_grad_(False)

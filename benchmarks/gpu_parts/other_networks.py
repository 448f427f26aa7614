"""Section e: encoding and decoding a frame, its condition map, and the ReferenceNet."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from benchmarks.gpu_parts.clock import Deadline, Pace, time_ms
from benchmarks.gpu_parts.passes import captured
from benchmarks.gpu_parts.random_networks import (
    random_denoiser,
    random_pose_guider,
    random_reference_net,
    random_vae,
)
from benchmarks.gpu_parts.report import Row, Section
from benchmarks.gpu_parts.sizes import Size
from mimo_networks.precomputed import Condition, Reference
from mimo_networks.vae import VaeDecoder, VaeEncoder
from mimo_torch.step import lay_channels_last

EAGER, FAST = "eager", "channels last, graph"


def other_networks(
    section: Section, sizes: tuple[Size, ...], device: torch.device, pace: Pace, end: Deadline
) -> None:
    """One frame at a time, as the runtime does."""
    dtype = torch.float16 if device.type == "cuda" else torch.float32
    with torch.inference_mode(), torch.backends.cudnn.flags(enabled=True, benchmark=True):
        for size in sizes:
            for name, module, inputs in _subjects(size, device, dtype):
                for version in (EAGER, "channels last", FAST):
                    if end.over:
                        section.notes.append(f"Out of time before {name} at {size.side_px} px.")
                        return
                    run = _version(module, inputs, version, device)
                    if run is None:
                        section.notes.append(f"{version} of {name} needs a GPU.")
                        continue
                    about: Row = {"px": size.side_px, "network": name, "version": version}
                    section.rows.append({**about, **_measured(run, device, pace)})


def _subjects(
    size: Size, device: torch.device, dtype: torch.dtype
) -> Iterator[tuple[str, nn.Module, tuple[Tensor, ...]]]:
    draw = torch.Generator(device).manual_seed(8)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=draw, device=device).to(dtype)

    picture = normal(1, 3, size.side_px, size.side_px).clamp(-1, 1)
    latents = normal(1, 4, size.latent, size.latent)
    vae = random_vae(size, device, dtype)
    yield "vae_encoder", VaeEncoder(vae), (picture,)
    yield "vae_decoder", VaeDecoder(vae), (latents,)
    guider = random_pose_guider(size, device, dtype)
    condition = Condition(random_denoiser(size, device, dtype), guider)
    yield "condition", condition, (picture / 2 + 0.5, latents)
    reference = Reference(random_reference_net(size, device, dtype))
    yield "reference", reference, (latents, normal(1, size.unet.token_width))


def _version(
    module: nn.Module, inputs: tuple[Tensor, ...], version: str, device: torch.device
) -> Callable[[], Tensor] | None:
    if version != EAGER:
        lay_channels_last(module)

    def run() -> Tensor:
        result = module(*inputs)
        return result[-1] if isinstance(result, tuple) else result

    if version != FAST:
        return run
    return captured(run) if device.type == "cuda" else None


def _measured(
    run: Callable[[], Tensor], device: torch.device, pace: Pace
) -> dict[str, float | bool | None]:
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
    finite = bool(torch.isfinite(run()).all())
    ms = time_ms([run], device, pace)
    peak = torch.cuda.max_memory_allocated() / 1e9 if device.type == "cuda" else None
    return {"ms": ms, "finite": finite, "peak_gb": peak}

"""Inputs like those of a real request, for every component, computed by the bundle itself."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import onnxruntime

from mimo_export.plan_builder.interpreter import Array
from mimo_runtime.bundle import Bundle

Feeds = dict[str, Array]

_SEED = 7
_COARSE_PX = 16
_TIMESTEP = 600
_TIMESTEPS = 1000


def sample_feeds(bundle: Bundle) -> Iterator[tuple[str, Feeds]]:
    """Name and inputs of each component in the order of a request.

    Pictures are smooth seeded noise in [-1, 1]; everything else is what the components before
    give for them, and the denoiser's latents are noised as the cosine schedule has it at
    timestep 600 of 1000. What a component gives is computed in float32 on the CPU.
    """
    rng = np.random.default_rng(_SEED)
    pixels = {
        name: bundle.tensor(name, "pixels").shape for name in ("image_encoder", "vae_encoder")
    }
    known: Feeds = {}
    yield from _fed(
        bundle, "image_encoder", {"pixels": picture(pixels["image_encoder"], rng)}, known
    )
    yield from _fed(bundle, "vae_encoder", {"pixels": picture(pixels["vae_encoder"], rng)}, known)
    known |= _planes(bundle, rng)
    yield from _fed(bundle, "vae_decoder", known, known)
    yield from _fed(bundle, "reference", known, known)
    yield from _fed(bundle, "identity", known, known)
    known |= {"pose": picture(pixels["vae_encoder"], rng), "background": known["latents"]}
    yield from _fed(bundle, "condition", known, known)
    rows = bundle.tensor("time_embedding", "timesteps").shape
    yield from _fed(
        bundle, "time_embedding", {"timesteps": np.full(rows, _TIMESTEP, np.int64)}, known
    )
    known |= _window(bundle, known, rng)
    for name in ("denoiser", "denoiser_unguided"):
        yield name, _inputs(bundle, name, known)


def _fed(
    bundle: Bundle, name: str, given: Mapping[str, Array], known: Feeds
) -> Iterator[tuple[str, Feeds]]:
    """Yield a component's inputs, and add what it gives for them to `known`."""
    feeds = _inputs(bundle, name, given)
    yield name, feeds
    outputs = [spec.name for spec in bundle.component(name).outputs]
    known.update(zip(outputs, run(bundle.path(name), feeds), strict=True))


def _inputs(bundle: Bundle, name: str, given: Mapping[str, Array]) -> Feeds:
    return {spec.name: given[spec.name] for spec in bundle.component(name).inputs}


def run(path: Path, feeds: Mapping[str, Array]) -> list[Array]:
    """The outputs of a file on ONNX Runtime."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return [np.asarray(result) for result in session.run(None, dict(feeds))]


def picture(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Smooth noise [1, C, h, w] in [-1, 1], float32."""
    height, width = shape[2:]
    coarse = rng.uniform(-1, 1, (*shape[:2], height // _COARSE_PX + 1, width // _COARSE_PX + 1))
    fine = coarse.repeat(_COARSE_PX, axis=2).repeat(_COARSE_PX, axis=3)[..., :height, :width]
    for axis in (2, 3):  # a running mean of both axes makes edges into ramps
        fine = np.mean([np.roll(fine, shift, axis) for shift in range(_COARSE_PX)], axis=0)
    return np.asarray(fine, np.float32)


def _planes(bundle: Bundle, rng: np.random.Generator) -> Feeds:
    """Planes of a structured motion code in [0, 1], for a bundle that is shown them."""
    if not bundle.manifest.planes:
        return {}
    return {
        "planes": picture(bundle.tensor("condition", "planes").shape, rng) / 2 + np.float32(0.5)
    }


def _window(bundle: Bundle, known: Feeds, rng: np.random.Generator) -> Feeds:
    latents, condition, mask = (
        bundle.tensor("denoiser", name).shape for name in ("latents", "condition", "frame_mask")
    )
    angle = np.pi / 2 * _TIMESTEP / _TIMESTEPS
    noised = np.cos(angle) * known["latents"] + np.sin(angle) * rng.standard_normal(latents)
    return {
        "latents": noised.astype(np.float32),
        "condition": np.broadcast_to(known["condition"], condition).copy(),
        "step": np.zeros(1, np.int64),
        "frame_mask": np.ones(mask, np.bool_),
    }

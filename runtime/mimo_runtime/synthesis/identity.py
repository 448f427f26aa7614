"""The identity code: everything that the denoiser reads of a character, made once."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.engines.engine import Tensor
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.planning.rules import Rules
from mimo_runtime.synthesis.network_inputs import clip_pixels, vae_pixels

Identity = Mapping[str, Tensor]


def identity_from_character(
    engines: EngineSet,
    character: NDArray[np.uint8],
    rules: Rules,
    planes: NDArray[np.float32] | None = None,
) -> Identity:
    """K and V of the reference for every reader, and the cross-attention vectors.

    `character` uint8 [side, side, 3], prepared; `rules` says how its features are rounded before
    they are projected; `planes` float32 [channels, height, width] are those of the picture's own
    posture, for a bundle that sees planes. The result holds denoiser inputs by name, which are only
    read; it depends on the character, the rules, the planes and the bundle alone.
    """
    token = _token(engines, character)
    bank = _bank(engines, character, token, planes)
    identity = engines.bind("identity")
    identity.buffers["token"][...] = token
    for name, features in bank.items():
        identity.buffers[name][...] = rules.reference_features(features)
    identity.run()
    names = [spec.name for spec in engines.get("identity").component.outputs]
    code = {name: identity.buffers[name] for name in names}
    engines.done_with("image_encoder", "reference", "identity")
    return code


def _token(engines: EngineSet, character: NDArray[np.uint8]) -> Tensor:
    encoder = engines.bind("image_encoder")
    pixels = encoder.buffers["pixels"]
    pixels[...] = clip_pixels(character, pixels.shape[-1])
    encoder.run()
    token: Tensor = encoder.buffers["token"]
    return token


def _bank(
    engines: EngineSet,
    character: NDArray[np.uint8],
    token: Tensor,
    planes: NDArray[np.float32] | None,
) -> Mapping[str, Tensor]:
    encoder = engines.bind("vae_encoder")
    pixels = encoder.buffers["pixels"]
    height_px, width_px = pixels.shape[-2:]
    pixels[...] = vae_pixels(character, width_px, height_px)
    encoder.run()
    reference = engines.bind("reference")
    reference.buffers["latents"][...] = encoder.buffers["latents"]
    reference.buffers["token"][...] = token
    if planes is not None:
        reference.buffers["planes"][...] = planes[np.newaxis]
    reference.run()
    return {
        spec.name: reference.buffers[spec.name]
        for spec in engines.get("reference").component.outputs
    }

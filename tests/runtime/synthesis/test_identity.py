"""The identity code: the denoiser's inputs that depend on the character alone."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.engines.onnxruntime_backend import OrtBackend
from mimo_runtime.planning.rules import CORRECTED, OFFICIAL, Rules
from mimo_runtime.synthesis.identity import Identity, identity_from_character
from mimo_runtime.synthesis.network_inputs import clip_pixels, vae_pixels


@pytest.fixture(scope="module")
def engines(small_bundle: Path) -> EngineSet:
    return EngineSet(OrtBackend(Bundle.open(small_bundle), threads=1))


@pytest.fixture(scope="module")
def character() -> NDArray[np.uint8]:
    return np.random.default_rng(4).integers(0, 256, (80, 80, 3), np.uint8)


def by_hand(engines: EngineSet, character: NDArray[np.uint8], bank: type) -> Identity:
    """CLIP, VAE, ReferenceNet and projections one after the other, the bank kept as `bank`."""
    clip, vae = engines.bind("image_encoder"), engines.bind("vae_encoder")
    clip.buffers["pixels"][...] = clip_pixels(character)
    vae.buffers["pixels"][...] = vae_pixels(character, 128, 128)
    clip.run()
    vae.run()
    reference, identity = engines.bind("reference"), engines.bind("identity")
    reference.buffers["latents"][...] = vae.buffers["latents"]
    reference.buffers["token"][...] = identity.buffers["token"][...] = clip.buffers["token"]
    reference.run()
    for spec in engines.bundle.component("reference").outputs:
        identity.buffers[spec.name][...] = reference.buffers[spec.name].astype(bank)
    identity.run()
    return identity.buffers


@pytest.mark.parametrize(("rules", "bank"), [(OFFICIAL, np.float16), (CORRECTED, np.float32)])
def test_the_bank_is_rounded_in_official_mode_alone(
    engines: EngineSet, character: NDArray[np.uint8], rules: Rules, bank: type
) -> None:
    found = identity_from_character(engines, character, rules)
    for name, wanted in by_hand(engines, character, bank).items():
        if name in found:
            np.testing.assert_array_equal(found[name], wanted)
    key = f"key.{engines.bundle.manifest.readers[0]}"
    opposite = CORRECTED if rules is OFFICIAL else OFFICIAL
    other = identity_from_character(engines, character, opposite)[key]
    assert 0 < np.abs(found[key] - other).max() < 1e-2


def test_it_holds_denoiser_inputs(engines: EngineSet, character: NDArray[np.uint8]) -> None:
    found = identity_from_character(engines, character, OFFICIAL)
    wanted = {spec.name: spec for spec in engines.bundle.component("denoiser").inputs}
    own = {"latents", "condition", "time_projections", "step", "frame_mask"}
    assert found.keys() == wanted.keys() - own
    assert {n: x.shape for n, x in found.items()} == {n: wanted[n].shape for n in found}


def test_it_depends_on_the_character(engines: EngineSet, character: NDArray[np.uint8]) -> None:
    first = identity_from_character(engines, character, OFFICIAL)
    again = identity_from_character(engines, character, OFFICIAL)
    other = identity_from_character(engines, character[::-1].copy(), OFFICIAL)
    for name in first:
        np.testing.assert_array_equal(first[name], again[name])
        assert not np.shares_memory(first[name], again[name])
    np.testing.assert_array_equal(first["cross"][0], other["cross"][0])  # of the zero token
    assert np.abs(first["cross"][1] - other["cross"][1]).max() > 1e-4

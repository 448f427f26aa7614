"""Each switch by itself and all together leave the denoiser what the official code computes.

In fp64 the switches that sum in another order differ by less than 1e-9; that the comparison can
fail is shown by breaking what a switch relies on.
"""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from mimo_networks.checkpoint import Checkpoint, load_checkpoint
from mimo_networks.official import official_denoise
from mimo_networks.precomputed import Reference
from mimo_networks.random_checkpoint import Sizes, write_random_checkpoint
from mimo_runtime.errors import InvalidRequestError
from mimo_torch.step import Caches, StepInputs, denoise, make_caches
from mimo_torch.switches import Switches, class_of, names, waterfall
from tests.bundles import OTHER_LAYOUT
from tests.export.golden_set import GoldenSet, largest_difference

TIMESTEPS = torch.tensor([999, 479, 39])
FRAMES = 3


def names_only(part: object) -> str:
    return part if isinstance(part, str) else ""


@pytest.fixture
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    """Made anew for every test: some switches lay the weights out anew."""
    folder = tmp_path_factory.mktemp("random") / "weights"
    write_random_checkpoint(folder, Sizes(**OTHER_LAYOUT), seed=9)
    loaded = load_checkpoint(folder)
    for net in (loaded.denoiser, loaded.reference_net):
        net.double()
    return loaded


def random_inputs(checkpoint: Checkpoint) -> tuple[StepInputs, Tensor]:
    draw = torch.Generator().manual_seed(2)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=draw, dtype=torch.float64)

    config = checkpoint.denoiser.config
    token = normal(1, config.token_width)
    bank = Reference(checkpoint.reference_net)(normal(1, 4, 7, 5), token)
    pose = normal(FRAMES, config.channels[0], 7, 5)
    return StepInputs(normal(FRAMES, 4, 7, 5), pose, token, bank, TIMESTEPS), normal(
        FRAMES, 4, 7, 5
    )


def official(checkpoint: Checkpoint, inputs: StepInputs, latents: Tensor, step: int) -> Tensor:
    sample = torch.cat([latents, inputs.background], dim=1).expand(2, -1, -1, -1, -1)
    names_ = (block.name for block in checkpoint.denoiser.readers())
    return official_denoise(
        checkpoint.denoiser,
        sample,
        inputs.timesteps[step : step + 1],
        torch.stack([torch.zeros_like(inputs.token), inputs.token]),
        inputs.pose,
        dict(zip(names_, inputs.bank, strict=True)),
    )


def switched(
    checkpoint: Checkpoint, inputs: StepInputs, latents: Tensor, step: int, switches: Switches
) -> Tensor:
    caches = make_caches(checkpoint.denoiser, inputs, switches)
    place = torch.tensor([step])
    return denoise(checkpoint.denoiser, latents, place, inputs, caches, switches)


@pytest.mark.parametrize(("name", "switches"), list(waterfall()), ids=names_only)
def test_one_more_switch_at_a_time(checkpoint: Checkpoint, name: str, switches: Switches) -> None:
    inputs, latents = random_inputs(checkpoint)
    wanted = official(checkpoint, inputs, latents, step=1)
    found = switched(checkpoint, inputs, latents, 1, switches)
    assert largest_difference(found, wanted) < 1e-9, name


@pytest.mark.parametrize("name", names())
def test_every_switch_can_be_left_out(checkpoint: Checkpoint, name: str) -> None:
    inputs, latents = random_inputs(checkpoint)
    off = {name} | {
        "unconditional_once": {
            "cached_reference",
            "packed_qkv",
            "reference_kernel",
            "folded_positions",
        },
        "cached_reference": {"packed_qkv", "reference_kernel", "folded_positions"},
        "packed_qkv": {"folded_positions"},
        "temporal_kernel": {"folded_positions"},
    }.get(name, set())
    switches = replace(Switches.every(), **dict.fromkeys(off, False))
    wanted = official(checkpoint, inputs, latents, step=2)
    found = switched(checkpoint, inputs, latents, 2, switches)
    assert largest_difference(found, wanted) < 1e-9


@pytest.mark.parametrize("switches", [Switches.exact(), Switches.every()], ids=["exact", "every"])
def test_golden_checkpoint_in_fp32(golden: GoldenSet, switches: Switches) -> None:
    """The recorded prediction of the official code itself, its bank not rounded."""
    told = golden.told(half_precision=False)
    denoiser = load_checkpoint(golden.folder / "weights").denoiser
    inputs = StepInputs(
        background=golden.background,
        pose=golden.pose,
        token=golden.tokens[1],
        bank=[told[block.name] for block in denoiser.readers()],
        timesteps=torch.tensor([999, 479]),
    )
    caches = make_caches(denoiser, inputs, switches)
    found = denoise(denoiser, golden.latents, torch.tensor([1]), inputs, caches, switches)
    assert largest_difference(found, golden.prediction("cfg_t479_bank_fp32")) < 1e-4


@pytest.mark.parametrize("cache", ["condition", "time_projections", "cross", "packed"])
def test_a_wrong_cache_is_seen(checkpoint: Checkpoint, cache: str) -> None:
    """So a switch that was ignored could not pass the tests above: its cache is really read."""
    inputs, latents = random_inputs(checkpoint)
    switches = Switches.every()
    caches = make_caches(checkpoint.denoiser, inputs, switches)
    wanted = official(checkpoint, inputs, latents, step=0)
    broken = replace(caches, **{cache: _changed(caches, cache)})
    found = denoise(checkpoint.denoiser, latents, torch.tensor([0]), inputs, broken, switches)
    assert largest_difference(found, wanted) > 1e-3


def _changed(caches: Caches, cache: str) -> object:
    if cache == "packed":
        return {key: replace(p, weight=p.weight * 1.5) for key, p in caches.packed.items()}
    return getattr(caches, cache) * 1.5


def test_packing_holds_the_weights_once(checkpoint: Checkpoint) -> None:
    inputs, _ = random_inputs(checkpoint)
    caches = make_caches(checkpoint.denoiser, inputs, Switches.every())
    assert len(caches.packed) > 10
    for attention, packed in caches.packed.items():
        start = packed.weight.data_ptr()
        assert attention.to_q.weight.data_ptr() == start
        third = packed.weight.nbytes // 3
        assert attention.to_v.weight.data_ptr() == start + 2 * third


def test_each_switch_has_a_class_in_its_docstring() -> None:
    text = Switches.__doc__ or ""
    for name in names():
        assert f"{name}: {class_of(name)}." in text


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        (
            {"reference_kernel": True},
            "The switch reference_kernel needs cached_reference; turn it on too.",
        ),
        ({"cached_reference": True}, "cached_reference needs unconditional_once"),
    ],
)
def test_a_switch_without_what_it_builds_on(chosen: dict[str, bool], words: str) -> None:
    with pytest.raises(InvalidRequestError, match=words):
        Switches(**chosen)


def test_a_bundle_cannot_do_without_its_caches() -> None:
    Switches.of_a_bundle().fit_a_bundle()
    with pytest.raises(InvalidRequestError, match="made with time_rows; it cannot be turned off"):
        replace(Switches.every(), time_rows=False).fit_a_bundle()

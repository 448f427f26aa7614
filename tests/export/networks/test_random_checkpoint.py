"""Random checkpoints: the official files, the same for the same seed, for any layout."""

from pathlib import Path

import pytest
import torch

from mimo_networks.checkpoint import Checkpoint, load_checkpoint
from mimo_networks.random_checkpoint import Sizes, write_random_checkpoint
from tests.bundles import OTHER_LAYOUT
from tests.golden import GOLDEN


def files(folder: Path) -> dict[str, Path]:
    return {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}


def test_files_are_those_of_the_official_layout(other_checkpoint: Path) -> None:
    official = files(GOLDEN / "weights").keys()
    ours = files(other_checkpoint).keys()
    base = {"stable-diffusion-v1-5/unet/diffusion_pytorch_model.bin"}  # no value of it is used
    as_pickle = {name.replace(".safetensors", ".bin") for name in official} - base
    assert ours == as_pickle | {"inference_config.json"}


def test_sizes_come_back_from_the_files(other: Checkpoint) -> None:
    config = other.denoiser.config
    assert config.channels == OTHER_LAYOUT["channels"]
    assert config.heads == OTHER_LAYOUT["heads"]
    assert (config.layers, config.norm_groups, config.token_width) == (1, 16, 24)
    assert (other.motion.heads, other.motion.table_frames) == (2, 7)
    assert [len(block.weight) for block in other.pose_guider.blocks] == [4, 6, 6, 8, 8, 10]


def test_the_seed_decides(tmp_path: Path) -> None:
    torch.manual_seed(77)
    wanted = torch.rand(3)
    torch.manual_seed(77)
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        write_random_checkpoint(tmp_path / name, Sizes(), seed)
    assert torch.equal(torch.rand(3), wanted)  # the caller's own numbers go on undisturbed
    first, again, another = (
        load_checkpoint(tmp_path / name).denoiser.state_dict() for name in "abc"
    )
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not any(
        torch.equal(first[name], another[name]) for name in first if name.endswith("conv1.weight")
    )


@pytest.mark.parametrize("net", ["denoiser", "pose_guider"])
def test_no_layer_is_silent(other: Checkpoint, net: str) -> None:
    """The official start has zeros in two places, which would hide what comes before them."""
    for name, tensor in getattr(other, net).state_dict().items():
        if name.endswith("weight"):
            assert tensor.abs().max() > 0, name

"""What is wrong with a checkpoint is said in one sentence that names it."""

import json
import os
import pickle
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from mimo_networks.checkpoint import load_checkpoint
from mimo_runtime.errors import CheckpointError, MimoError, UnsupportedError
from tests.golden import GOLDEN

UNET_CONFIG = "stable-diffusion-v1-5/unet/config.json"
NEEDED = {
    "denoising_unet.pth": "lacks the denoising UNet .*denoising_unet.safetensors",
    "reference_unet.pth": "lacks the ReferenceNet .*reference_unet.safetensors",
    "pose_guider.pth": "lacks the pose guider ",
    "motion_module.pth": "lacks the motion modules .motion_module.pth",
    "image_encoder/pytorch_model.bin": "lacks the image encoder ",
    "image_encoder/config.json": "image_encoder/config.json",
    "sd-vae-ft-mse/diffusion_pytorch_model.safetensors": "lacks the VAE ",
    "sd-vae-ft-mse/config.json": "sd-vae-ft-mse/config.json",
    UNET_CONFIG: "unet/config.json.*Copy them",
}


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    shutil.copytree(GOLDEN / "weights", tmp_path / "weights")
    shutil.copy(GOLDEN / "inference_config.json", tmp_path)
    return tmp_path / "weights"


def sentence(folder: Path, kind: type[MimoError] = CheckpointError) -> str:
    with pytest.raises(kind) as raised:
        load_checkpoint(folder)
    assert type(raised.value) is kind
    said = str(raised.value)
    assert "\n" not in said
    return said


def change_json(path: Path, **values: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_no_folder(tmp_path: Path) -> None:
    assert "is not a folder; give the checkpoint folder" in sentence(tmp_path / "nothing")


@pytest.mark.parametrize("file", NEEDED)
def test_missing_file(copied: Path, file: str) -> None:
    (copied / file).unlink()
    with pytest.raises(CheckpointError, match=NEEDED[file]):
        load_checkpoint(copied)


def test_all_missing_files_are_named_at_once(copied: Path) -> None:
    for file in NEEDED:
        (copied / file).unlink()
    said = sentence(copied)
    for file in NEEDED:
        assert file in said, file


@pytest.mark.parametrize(
    ("file", "weight"),
    [
        ("reference_unet.pth", "mid_block.resnets.1.conv2.bias"),
        ("pose_guider.pth", "conv_out.bias"),
        ("denoising_unet.pth", "conv_out.weight"),
        ("motion_module.pth", "mid_block.motion_modules.0.temporal_transformer.proj_in.bias"),
    ],
)
def test_missing_and_misshapen_weight(copied: Path, file: str, weight: str) -> None:
    state = torch.load(copied / file, weights_only=True)
    if weight == "conv_out.weight":  # the base has conv_out.bias, and nothing else of the head
        assert weight not in torch.load(
            copied / "stable-diffusion-v1-5/unet/diffusion_pytorch_model.bin", weights_only=True
        )
    torch.save({n: t for n, t in state.items() if n != weight}, copied / file)
    assert f"the first being '{weight}'" in sentence(copied)
    torch.save(state | {weight: torch.zeros(3, 5)}, copied / file)
    said = sentence(copied)
    assert f"'{weight}' of shape [3, 5]" in said
    assert f"asks for {list(state[weight].shape)}" in said


class Malice:
    """Makes a folder when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.trace),)


def save_bare(state: Any, path: Path) -> None:
    path.write_bytes(pickle.dumps(state, protocol=2))


@pytest.mark.parametrize("file", ["denoising_unet.pth", "image_encoder/pytorch_model.bin"])
@pytest.mark.parametrize("save", [torch.save, save_bare])
def test_a_pickle_that_runs_code_is_refused(
    copied: Path, tmp_path: Path, file: str, save: Any
) -> None:
    trace = tmp_path / "trace"
    save({"conv_in.weight": Malice(trace)}, copied / file)
    assert f"{file} cannot be read as a weight file" in sentence(copied)
    assert not trace.exists()


@pytest.mark.parametrize("content", [[1, 2], {"conv_in.weight": "text"}])
def test_a_pickle_of_other_things(copied: Path, content: Any) -> None:
    torch.save(content, copied / "pose_guider.pth")
    assert "pose_guider.pth is not a plain dictionary of weights" in sentence(copied)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.9, 0.999])
@pytest.mark.parametrize(
    "file", ["pose_guider.pth", "sd-vae-ft-mse/diffusion_pytorch_model.safetensors"]
)
def test_damaged_weight_files(copied: Path, file: str, share: float) -> None:
    data = (copied / file).read_bytes()
    (copied / file).write_bytes(data[: int(share * len(data))])
    assert f"{file} cannot be read as a weight file" in sentence(copied)
    (copied / file).write_bytes(bytes(reversed(data)))
    assert f"{file} cannot be read as a weight file" in sentence(copied)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"act_fn": "gelu"}, "sets act_fn to 'gelu'; the official networks have 'silu'"),
        ({"use_linear_projection": True}, "sets use_linear_projection to True"),
        ({"class_embed_type": "timestep"}, "sets class_embed_type to 'timestep'"),
        ({"down_block_types": ["AttnDownBlock2D"] * 4}, "blocks of type ['AttnDownBlock']"),
    ],
)
def test_a_unet_setting_that_is_not_official(
    copied: Path, setting: dict[str, Any], words: str
) -> None:
    change_json(copied / UNET_CONFIG, **setting)
    assert f"{UNET_CONFIG} " in sentence(copied, UnsupportedError)
    assert words in sentence(copied, UnsupportedError)


@pytest.mark.parametrize(
    ("setting", "word"),
    [
        ({"block_out_channels": "many"}, "wrong kind"),
        ({"block_out_channels": [32, 32, 32]}, "3 block_out_channels"),
        ({"block_out_channels": [32, 48, 32, 32]}, "48 channels, which 32 does not divide"),
        ({"attention_head_dim": [4, 4]}, "attention_head_dim"),
        ({"attention_head_dim": 5}, "which 5 does not divide"),
        ({"down_block_types": 4}, "wrong kind"),
        ({"cross_attention_dim": 17}, "check config.json"),
        ({"layers_per_block": 2}, "lacks"),
    ],
)
def test_unet_sizes_that_do_not_fit(copied: Path, setting: dict[str, Any], word: str) -> None:
    change_json(copied / UNET_CONFIG, **setting)
    assert word in sentence(copied)


@pytest.mark.parametrize(
    ("path", "content", "word"),
    [
        (UNET_CONFIG, "{", "is not JSON"),
        (UNET_CONFIG, "[]", "holds no JSON object"),
        (UNET_CONFIG, "{}", "has no 'block_out_channels'"),
        ("sd-vae-ft-mse/config.json", '{"down_block_types": ["x"]}', "does not describe"),
        ("image_encoder/config.json", '{"hidden_size": "wide"}', "does not describe"),
        ("../inference_config.json", "a: [", "neither YAML nor JSON"),
        ("../inference_config.json", "word", "holds no keys"),
        ("../inference_config.json", "unet_additional_kwargs: 3", "wrong kind"),
    ],
)
def test_broken_configuration(copied: Path, path: str, content: str, word: str) -> None:
    (copied / path).write_text(content)
    assert word in sentence(copied)


@pytest.mark.parametrize(
    "change",
    [
        {"use_motion_module": False},
        {"use_inflated_groupnorm": False},
        {"unet_use_temporal_attention": True},
        {"motion_module_kwargs": {"temporal_position_encoding": False}},
        {"motion_module_kwargs": {"attention_block_types": ["Temporal_Cross"]}},
    ],
)
def test_a_motion_setting_that_is_not_official(copied: Path, change: dict[str, Any]) -> None:
    path = copied.parent / "inference_config.json"
    values = json.loads(path.read_text())
    values["unet_additional_kwargs"] |= change
    path.write_text(json.dumps(values))
    assert "inference_config.json" in sentence(copied, UnsupportedError)

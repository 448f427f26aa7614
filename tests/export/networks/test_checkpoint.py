"""The official order of merging and the quirks of its files, on copies of the golden checkpoint."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from mimo_networks.checkpoint import Checkpoint, load_checkpoint
from mimo_runtime.errors import CheckpointError
from tests.export.golden_set import GoldenSet
from tests.golden import GOLDEN

State = dict[str, Tensor]
UNET = "stable-diffusion-v1-5/unet"
BASE = f"{UNET}/diffusion_pytorch_model.bin"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the golden checkpoint; its inference configuration lies beside it."""
    shutil.copytree(GOLDEN / "weights", tmp_path / "weights")
    shutil.copy(GOLDEN / "inference_config.json", tmp_path)
    return tmp_path / "weights"


def rewrite(path: Path, change: Callable[[State], dict[str, Any]]) -> None:
    torch.save(change(torch.load(path, weights_only=True)), path)


def assert_same_weights(found: Checkpoint, wanted: Checkpoint) -> None:
    for name in ("denoiser", "reference_net", "pose_guider", "vae", "image_encoder"):
        nets: list[nn.Module] = [getattr(each, name) for each in (found, wanted)]
        ours, theirs = (net.state_dict() for net in nets)
        assert ours.keys() == theirs.keys()
        assert all(torch.equal(ours[key], theirs[key]) for key in ours), name
        assert all(t.dtype == torch.float32 for t in ours.values() if t.is_floating_point())


def test_motion_weights_in_the_denoiser_file(copied: Path, compact: GoldenSet) -> None:
    motion = torch.load(copied / "motion_module.pth", weights_only=True)
    rewrite(copied / "denoising_unet.pth", lambda state: state | motion)
    (copied / "motion_module.pth").unlink()
    assert_same_weights(load_checkpoint(copied), compact.checkpoint)


def test_the_denoiser_file_has_the_last_word(copied: Path, compact: GoldenSet) -> None:
    motion = torch.load(copied / "motion_module.pth", weights_only=True)
    rewrite(copied / "denoising_unet.pth", lambda state: state | motion)
    rewrite(copied / "motion_module.pth", lambda state: {n: t + 1 for n, t in state.items()})
    assert_same_weights(load_checkpoint(copied), compact.checkpoint)


def test_the_motion_file_comes_before_the_base(copied: Path, compact: GoldenSet) -> None:
    motion = torch.load(copied / "motion_module.pth", weights_only=True)
    other = {name: tensor + 1 for name, tensor in motion.items()}
    rewrite(copied / BASE, lambda state: state | other)
    assert_same_weights(load_checkpoint(copied), compact.checkpoint)


def test_no_value_of_the_base_is_kept(copied: Path, compact: GoldenSet) -> None:
    rewrite(
        copied / BASE, lambda state: {n: torch.full_like(t, torch.nan) for n, t in state.items()}
    )
    assert_same_weights(load_checkpoint(copied), compact.checkpoint)
    (copied / BASE).unlink()
    assert_same_weights(load_checkpoint(copied), compact.checkpoint)


def test_conv_in_of_the_base_is_padded_with_zeros(copied: Path) -> None:
    rewrite(
        copied / "denoising_unet.pth",
        lambda state: {n: t for n, t in state.items() if n != "conv_in.weight"},
    )
    base = torch.load(copied / BASE, weights_only=True)["conv_in.weight"]
    weight = load_checkpoint(copied).denoiser.conv_in.weight
    assert torch.equal(weight[:, :4], base.float())
    assert not weight[:, 4:].any()


def test_safetensors_instead_of_pickles(copied: Path, compact: GoldenSet) -> None:
    names = [*(f"{n}.pth" for n in ("denoising_unet", "motion_module", "reference_unet"))]
    for name in [*names, "pose_guider.pth", "image_encoder/pytorch_model.bin", BASE]:
        path = copied / name
        stem = "model" if "image_encoder" in name else path.stem
        state = torch.load(path, weights_only=True)
        save_file(
            {n: t.contiguous() for n, t in state.items()}, path.parent / f"{stem}.safetensors"
        )
        path.unlink()
    assert_same_weights(load_checkpoint(copied), compact.checkpoint)


def test_other_number_formats(copied: Path, compact: GoldenSet) -> None:
    rewrite(copied / "reference_unet.pth", lambda s: {n: t.double() for n, t in s.items()})
    rewrite(copied / "motion_module.pth", lambda s: {n: t.float() for n, t in s.items()})
    rewrite(copied / "pose_guider.pth", lambda s: {"state_dict": s})
    assert_same_weights(load_checkpoint(copied), compact.checkpoint)


def test_old_and_new_names_of_the_vae(copied: Path, compact: GoldenSet) -> None:
    path = copied / "sd-vae-ft-mse/diffusion_pytorch_model.safetensors"
    assert b"mid_block.attentions.0.proj_attn.weight" in path.read_bytes()
    path.unlink()
    torch.save(compact.checkpoint.vae.state_dict(), path.with_suffix(".bin"))
    assert_same_weights(load_checkpoint(copied), compact.checkpoint)


def test_a_buffer_that_clip_no_longer_has(copied: Path, compact: GoldenSet) -> None:
    state = torch.load(copied / "image_encoder/pytorch_model.bin", weights_only=True)
    assert "vision_model.embeddings.position_ids" in state
    state.pop("vision_model.embeddings.position_ids")
    torch.save(state, copied / "image_encoder/pytorch_model.bin")
    assert_same_weights(load_checkpoint(copied), compact.checkpoint)


def test_the_table_length_is_that_of_the_weights(copied: Path) -> None:
    def longer(state: State) -> State:
        tables = {n: t.repeat(1, 2, 1) for n, t in state.items() if n.endswith("pos_encoder.pe")}
        return state | tables

    rewrite(copied / "motion_module.pth", longer)
    assert load_checkpoint(copied).motion.table_frames == 48


def test_which_inference_configuration_counts(copied: Path, tmp_path: Path) -> None:
    beside = json.loads((tmp_path / "inference_config.json").read_text())
    assert load_checkpoint(copied).solver == beside["noise_scheduler_kwargs"]
    beside["noise_scheduler_kwargs"] = {"steps_offset": 3}
    (copied / "inference_config.yaml").write_text(json.dumps(beside))
    assert load_checkpoint(copied).solver == {"steps_offset": 3}
    given = load_checkpoint(copied, tmp_path / "inference_config.json")
    assert given.solver["rescale_betas_zero_snr"] is True


def test_official_values_without_an_inference_configuration(copied: Path, tmp_path: Path) -> None:
    (tmp_path / "inference_config.json").unlink()
    found = load_checkpoint(copied)
    assert found.files.inference_config is None
    assert found.solver["prediction_type"] == "v_prediction"
    assert (found.motion.heads, found.motion.table_frames) == (8, 24)


def test_an_inference_configuration_that_does_not_exist(copied: Path) -> None:
    with pytest.raises(CheckpointError, match=r"configuration .*nowhere\.yaml does not exist"):
        load_checkpoint(copied, copied / "nowhere.yaml")

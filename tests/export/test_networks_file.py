"""`networks.json`: every weight of every network has a place, and a damaged file is told."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from mimo_networks.checkpoint import load_checkpoint
from mimo_runtime.bundle import Bundle
from mimo_runtime.bundle.networks import NETWORKS, WEIGHTS, read_networks
from mimo_runtime.errors import BundleError, MimoError, UnsupportedError
from mimo_torch.networks import Networks
from tests.golden import GOLDEN

CPU = torch.device("cpu")
PARTS = ("denoiser", "reference_net", "pose_guider", "vae", "image_encoder")


def networks(bundle: Path, dtype: torch.dtype = torch.float32) -> Networks:
    return Networks(Bundle.open(bundle), CPU, dtype)


@pytest.mark.parametrize("part", PARTS)
def test_rebuilt_networks_have_the_checkpoint_s_weights(compact_bundle: Path, part: str) -> None:
    wanted = getattr(load_checkpoint(GOLDEN / "weights"), part)
    found = getattr(networks(compact_bundle), part)()
    assert type(found) is type(wanted)
    state = wanted.state_dict()
    assert found.state_dict().keys() == state.keys()
    for name, tensor in found.state_dict().items():
        assert torch.equal(tensor, state[name]), name
    buffers = dict(wanted.named_buffers())
    for name, buffer in found.named_buffers():
        assert torch.equal(buffer, buffers[name]), name


def test_weights_on_the_cpu_are_not_copied(compact_bundle: Path) -> None:
    opened = networks(compact_bundle)
    weight = opened.denoiser().conv_in.weight
    place = read_networks(compact_bundle)["denoiser"].tensors["conv_in.weight"]
    start = opened._weights._bytes.data_ptr()
    assert weight.data_ptr() == start + place.offset


def test_some_matrices_lie_transposed(compact_bundle: Path) -> None:
    """As the graphs want them: were none, the reader's turn would be untested."""
    stored = read_networks(compact_bundle)["denoiser"].tensors.values()
    assert sum(place.transposed for place in stored) > 100


def test_another_precision(compact_bundle: Path) -> None:
    opened = networks(compact_bundle, torch.float16)
    missing = opened.missing_bytes("vae")
    vae = opened.vae()
    assert {parameter.dtype for parameter in vae.parameters()} == {torch.float16}
    assert sum(parameter.nbytes for parameter in vae.parameters()) == missing
    assert opened.missing_bytes("vae") == 0
    assert opened.vae() is vae


def test_a_bundle_of_an_older_version(compact_bundle: Path, tmp_path: Path) -> None:
    folder = without_check(compact_bundle, tmp_path)
    (folder / NETWORKS).unlink()
    with pytest.raises(UnsupportedError, match=r"has no networks.json.*export it again"):
        networks(folder)


def without_check(bundle: Path, target: Path) -> Path:
    """A copy whose manifest lists no networks and no weights, so that these may change."""
    folder = target / "bundle"
    shutil.copytree(bundle, folder)
    manifest = json.loads((folder / "bundle.json").read_text())
    del manifest["files"][NETWORKS], manifest["files"][WEIGHTS]
    (folder / "bundle.json").write_text(json.dumps(manifest))
    return folder


def drop_weight(values: dict[str, Any]) -> None:
    del values["networks"]["denoiser"]["tensors"]["conv_in.weight"]


def move_weight(values: dict[str, Any]) -> None:
    values["networks"]["denoiser"]["tensors"]["conv_in.weight"][0] = 1 << 40


def shift_weight(values: dict[str, Any]) -> None:
    values["networks"]["denoiser"]["tensors"]["conv_in.weight"][0] += 2


def widen_weight(values: dict[str, Any]) -> None:
    values["networks"]["denoiser"]["tensors"]["conv_in.weight"][3][0] += 1


def rename_setting(values: dict[str, Any]) -> None:
    values["networks"]["denoiser"]["config"]["unet"]["wide"] = 1


def raise_format(values: dict[str, Any]) -> None:
    values["format"] = 2


def drop_networks(values: dict[str, Any]) -> None:
    del values["networks"]


@pytest.mark.parametrize(
    ("damage", "error", "words"),
    [
        (drop_weight, BundleError, "lacks 'conv_in.weight' of denoiser; export the bundle again"),
        (move_weight, BundleError, r"weights.bin has no float32 \[\d+, 8, 3, 3\] at byte"),
        (shift_weight, BundleError, "copy the bundle again or export it again"),
        (widen_weight, BundleError, "weights.bin has no float32"),
        (rename_setting, BundleError, "does not describe its network denoiser"),
        (raise_format, UnsupportedError, "has format 2, this program reads 1; export"),
        (drop_networks, BundleError, "is damaged .KeyError"),
    ],
)
def test_damage_is_told(
    compact_bundle: Path,
    tmp_path: Path,
    damage: Callable[[dict[str, Any]], None],
    error: type[MimoError],
    words: str,
) -> None:
    folder = without_check(compact_bundle, tmp_path)
    values = json.loads((folder / NETWORKS).read_text())
    damage(values)
    (folder / NETWORKS).write_text(json.dumps(values))
    with pytest.raises(error, match=words):
        networks(folder).denoiser()

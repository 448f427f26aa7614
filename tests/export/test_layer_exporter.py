"""A trained layer model exported: components equal the networks, the manifest says what it is."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from click.testing import CliRunner

from mimo_export.command import export
from mimo_export.layer_exporter import bundle_from_layer_model
from mimo_export.plan_builder.samples import sample_feeds
from mimo_networks.layer_exact import LayerVaeDecoder, PlanesCondition
from mimo_networks.layer_model import LayerModel, LayerModelConfig, load_layer_model
from mimo_networks.layer_vae import LayerVaeConfig
from mimo_runtime.bundle import COMPONENTS, HUMAN, Bundle, TensorSpec
from mimo_runtime.characters.planes import NAMES
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.plans.folder import find_plans
from mimo_torch.backend import open_torch
from mimo_training.checkpoint import write_checkpoint
from mimo_training.recipe import DEFAULTS, SOLVER
from tests.kernels.processes import ROOT, python

SIDE, FRAMES = 64, 2
FACTS = {
    "defaults": DEFAULTS,
    "solver": SOLVER,
    "shape": {"size_px": SIDE, "frames": FRAMES, "overlap_frames": 1},
    "origin": {"seed": 0},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = LayerModelConfig()
    unet = replace(
        config.unet, channels=(32, 32), heads=(1, 1), token_width=16,
        down_attention=(True, True), up_attention=(True, True), out_channels=8,
    )  # fmt: skip
    small = replace(
        config,
        unet=unet,
        motion=replace(config.motion, heads=1, resolutions=(1, 2)),
        vae=LayerVaeConfig(8, (8, 8, 16), (16, 16, 8, 8)),
        image_encoder=replace(config.image_encoder, projection_dim=16),
        guider_widths=(8, 8, 8, 8),
    )
    torch.manual_seed(4)
    target = tmp_path_factory.mktemp("model") / "weights"
    return write_checkpoint(LayerModel(small), target, FACTS)


@pytest.fixture(scope="module")
def bundle(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    target = tmp_path_factory.mktemp("bundle") / "b"
    result = CliRunner().invoke(export, [str(folder), "-o", str(target)], catch_exceptions=False)
    assert result.exit_code == 0
    assert f"{SIDE}x{SIDE} px and {FRAMES} frames" in result.output
    return Bundle.open(target)


def run(bundle: Bundle, part: str, **inputs: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(bundle.path(part), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, inputs)[0])


def test_the_manifest_says_what_it_paints(bundle: Bundle) -> None:
    manifest = bundle.manifest
    assert (manifest.paints, manifest.planes) == (HUMAN, NAMES)
    assert manifest.defaults == DEFAULTS
    assert (manifest.width_px, manifest.frames, manifest.overlap_frames) == (SIDE, FRAMES, 1)
    assert "seed" in manifest.source


def test_components_equal_the_networks(bundle: Bundle, folder: Path) -> None:
    model, _ = load_layer_model(folder)
    latents, planes = torch.randn(1, 8, 8, 8), torch.rand(1, 12, SIDE, SIDE)
    layer = LayerVaeDecoder(model.decoder)(latents, planes)
    found = run(bundle, "vae_decoder", latents=latents.numpy(), planes=planes.numpy())
    assert np.allclose(found, layer.numpy(), atol=1e-5)
    condition = PlanesCondition(model.denoiser, model.guider)(planes, latents)
    found = run(bundle, "condition", planes=planes.numpy(), background=latents.numpy())
    assert np.allclose(found, condition.numpy(), atol=1e-4)


@pytest.mark.parametrize("size_px", [32, 100])
def test_a_size_that_cannot_be_is_refused(folder: Path, tmp_path: Path, size_px: int) -> None:
    with pytest.raises(InvalidRequestError, match="multiple of 32"):
        bundle_from_layer_model(folder, tmp_path / "b", "Apache-2.0", size_px)


def test_two_sizes_are_refused(folder: Path, tmp_path: Path) -> None:
    arguments = [str(folder), "-o", str(tmp_path / "b"), "--size", "64x64", "--size", "96x96"]
    with pytest.raises(InvalidRequestError, match="one square"):
        CliRunner().invoke(export, arguments, catch_exceptions=False)


def test_an_official_checkpoint_needs_a_size(tmp_path: Path) -> None:
    arguments = [str(tmp_path), "-o", str(tmp_path / "b")]
    with pytest.raises(InvalidRequestError, match="for a size"):
        CliRunner().invoke(export, arguments, catch_exceptions=False)


@pytest.mark.parametrize("part", COMPONENTS)
def test_the_torch_engine_computes_what_the_graphs_do(bundle: Bundle, part: str) -> None:
    torch.manual_seed(5)
    loaded = open_torch(bundle, "cpu").load(part).bind()
    component = bundle.component(part)
    inputs = {spec.name: sample(spec) for spec in component.inputs}
    for name, values in inputs.items():
        loaded.buffers[name].values.copy_(values)
    loaded.run()
    wanted = run(bundle, part, **{name: values.numpy() for name, values in inputs.items()})
    found = loaded.buffers[component.outputs[0].name].values.numpy()
    assert np.allclose(found, wanted, atol=1e-4 * max(1.0, float(np.abs(wanted).max())))
    assert wanted.std() > 0


def test_every_component_can_be_fed_for_a_build(bundle: Bundle) -> None:
    fed = dict(sample_feeds(bundle))
    assert sorted(fed) == sorted(COMPONENTS)
    assert 0 <= fed["condition"]["planes"].min() < fed["condition"]["planes"].max() <= 1
    for name, feeds in fed.items():
        assert {spec.name: spec.shape for spec in bundle.component(name).inputs} == {
            key: values.shape for key, values in feeds.items()
        }


def sample(spec: TensorSpec) -> torch.Tensor:
    values = torch.rand(spec.shape)
    return values if spec.dtype == "float32" else (values > 0.5).to(getattr(torch, spec.dtype))


def test_what_sees_planes_is_built_for_a_gpu(bundle: Bundle, tmp_path: Path) -> None:
    """In another process: here Triton interprets and compiles nothing."""
    pytest.importorskip("tensorrt_rtx", reason="TensorRT-RTX is not installed")
    parts = ("condition", "reference", "vae_decoder")
    script = "from mimo_export.build_command import build; build()"
    named = [text for part in parts for text in ("--component", part)]
    asked = [str(bundle.folder), "--engine", "tensorrt-rtx", "--gpu", "sm_89", "--level", "0"]
    paths = tuple(ROOT / room for room in ("runtime", "export", "proto"))
    done = python("-c", script, *asked, *named, cache=tmp_path / "triton", paths=paths)
    assert done.returncode == 0, done.stderr
    (plan,) = find_plans(bundle.folder).plans
    plan.verify()
    built = json.loads((plan.path / "plan.json").read_text())["components"]
    assert sorted(built) == sorted(parts)

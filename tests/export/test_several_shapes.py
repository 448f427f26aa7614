"""One bundle for several shapes, with float16 weights, and what it computes."""

from pathlib import Path

import numpy as np
import pytest
import torch

from mimo_export.exporter import bundle_from_checkpoint
from mimo_networks.random_checkpoint import Sizes, write_random_checkpoint
from mimo_networks.weights import RoundedToHalf
from mimo_runtime.bundle import Bundle, Shape
from mimo_runtime.engines.onnxruntime_backend import OrtBackend
from mimo_torch.backend import open_torch

SHAPES = [Shape(64, 64, 2), Shape(64, 64, 3)]


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint whose weights are float16."""
    folder = tmp_path_factory.mktemp("halves") / "weights"
    write_random_checkpoint(folder, Sizes(), seed=3)
    for path in folder.rglob("*"):
        if path.suffix in (".pth", ".bin"):
            state = torch.load(path, weights_only=True)
            halved = {n: t.half() if t.is_floating_point() else t for n, t in state.items()}
            torch.save(halved, path)
    return folder


@pytest.fixture(scope="module")
def wide(halves: Path) -> Path:
    return bundle_from_checkpoint(halves, halves.parent / "wide", SHAPES[:1]).folder


@pytest.fixture(scope="module")
def narrow(halves: Path) -> Path:
    target = halves.parent / "narrow"
    return bundle_from_checkpoint(halves, target, SHAPES, precision="fp16").folder


def test_weights_of_all_shapes_are_stored_once_and_halved(wide: Path, narrow: Path) -> None:
    one, all_of_them = ((folder / "weights.bin").stat().st_size for folder in (wide, narrow))
    assert 0.5 < all_of_them / one < 0.56


def test_graphs_are_shared_where_shapes_allow(narrow: Path) -> None:
    files = {path.name for path in narrow.glob("*.onnx")}
    assert {"time_embedding.onnx", "image_encoder.onnx"} < files
    assert "vae_encoder.onnx" in files
    assert {f"denoiser-{shape}.onnx" for shape in SHAPES} < files


def test_each_shape_opens_and_is_what_it_says(narrow: Path) -> None:
    digests = set()
    for shape in SHAPES:
        bundle = Bundle.open(narrow, shape)
        assert bundle.manifest.shape == shape
        assert bundle.manifest.shapes == tuple(SHAPES)
        latents = bundle.tensor("denoiser", "latents").shape
        assert latents == (shape.frames, 4, shape.height_px // 8, shape.width_px // 8)
        digests.add(bundle.digest)
    assert len(digests) == len(SHAPES)


@pytest.mark.parametrize("part", ["vae_encoder", "condition", "denoiser"])
def test_halved_weights_compute_the_same(wide: Path, narrow: Path, part: str) -> None:
    """To the bit: the checkpoint has float16, and both graphs compute in float32."""
    assert Bundle.open(narrow).manifest.weights.relative_error == 0
    outputs = []
    for folder in (wide, narrow):
        bundle = Bundle.open(folder)
        for backend in (OrtBackend(bundle, threads=1), open_torch(bundle, "cpu")):
            bound = backend.load(part).bind()
            for spec in bundle.component(part).inputs:
                draw = np.random.default_rng(len(spec.name)).standard_normal(spec.shape)
                bound.buffers[spec.name][...] = np.abs(draw).astype(spec.dtype)
            bound.run()
            name = bundle.component(part).outputs[0].name
            outputs.append(np.array(bound.buffers[name]))
    ort_wide, torch_wide, ort_narrow, torch_narrow = outputs
    np.testing.assert_array_equal(ort_wide, ort_narrow)
    np.testing.assert_array_equal(torch_wide, torch_narrow)


def test_rounding_is_told_and_spares_what_lies_beyond() -> None:
    rounded = RoundedToHalf()
    exact = torch.tensor([1.0, 2.0])
    assert torch.equal(rounded(exact), exact)
    assert rounded.relative_error == 0
    assert rounded(torch.tensor([1 + 2**-12])) == 1
    assert rounded.relative_error == pytest.approx(2**-12 / 6**0.5, rel=1e-2)
    large = torch.tensor([1e6])
    assert torch.equal(rounded(large), large)
    assert rounded.kept == 1

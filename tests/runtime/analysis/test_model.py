"""One network: what it is fed, and what it has to keep to."""

from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

from mimo_runtime.analysis.model import Network
from mimo_runtime.errors import InvalidRequestError
from tests.runtime.analysis.networks import choice, mean_plane, save, tensor

PICTURE = np.random.default_rng(1).integers(0, 256, (6, 8, 3)).astype(np.uint8)


@pytest.mark.parametrize("first", [True, False])
def test_levels_are_normalised_and_laid_out_as_the_network_wants(
    tmp_path: Path, first: bool
) -> None:
    path = mean_plane(tmp_path / "n.onnx", first=first)
    mean, std = (0.5, 0.25, 0.125), (0.5, 1.0, 2.0)
    plane = Network(choice("depth", path, mean, std)).plane(PICTURE)
    expected = ((PICTURE / 255 - mean) / std).mean(axis=-1)
    assert plane.shape == (6, 8)
    np.testing.assert_allclose(plane, expected, atol=1e-5)


def test_an_integer_input_gets_levels(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Cast", ["picture"], ["levels"], to=TensorProto.FLOAT),
        helper.make_node("Slice", ["levels", "zero", "one", "last"], ["plane"]),
    ]
    constants = [
        helper.make_tensor(name, TensorProto.INT64, [1], [value])
        for name, value in (("zero", 0), ("one", 1), ("last", 3))
    ]
    inputs = [tensor("picture", (1, 6, 8, 3), TensorProto.INT32)]
    path = save(tmp_path / "n.onnx", nodes, inputs, [tensor("plane", (1, 6, 8, 1))], constants)
    plane = Network(choice("matte", path)).plane(PICTURE)
    np.testing.assert_array_equal(plane, PICTURE[..., 0])


def test_an_open_size_is_filled_by_the_choice(tmp_path: Path) -> None:
    path = mean_plane(tmp_path / "n.onnx", ("h", "w"))
    network = Network(choice("depth", path, size_px=(8, 6)))
    assert (network.width_px, network.height_px) == (8, 6)
    assert network.plane(PICTURE).shape == (6, 8)


def test_an_open_size_without_a_choice_is_refused(tmp_path: Path) -> None:
    path = mean_plane(tmp_path / "n.onnx", ("h", "w"))
    with pytest.raises(InvalidRequestError, match="give size_px for 'depth'"):
        Network(choice("depth", path))


def test_a_picture_of_which_every_size_is_open_has_its_channels_first(tmp_path: Path) -> None:
    axes = helper.make_tensor("axes", TensorProto.INT64, [1], [1])
    node = helper.make_node("ReduceMean", ["picture", "axes"], ["plane"], keepdims=1)
    inputs = [tensor("picture", ("batch", "num_channels", "height", "width"))]
    path = save(tmp_path / "n.onnx", [node], inputs, [tensor("plane", (1, 1, "h", "w"))], [axes])
    plane = Network(choice("depth", path, size_px=(8, 6))).plane(PICTURE)
    np.testing.assert_allclose(plane, (PICTURE / 255).mean(axis=-1), atol=1e-5)


def test_a_network_that_fails_on_a_picture_is_said(tmp_path: Path) -> None:
    sizes = helper.make_tensor("sizes", TensorProto.INT64, [4], [1, 3, 6, 8])
    axes = helper.make_tensor("axes", TensorProto.INT64, [1], [1])
    nodes = [
        helper.make_node("Reshape", ["picture", "sizes"], ["whole"]),
        helper.make_node("ReduceMean", ["whole", "axes"], ["plane"], keepdims=1),
    ]
    inputs = [tensor("picture", (1, 3, "h", "w"))]
    output = tensor("plane", (1, 1, 6, 8))
    path = save(tmp_path / "n.onnx", nodes, inputs, [output], [sizes, axes])
    network = Network(choice("depth", path, size_px=(9, 7)))
    with pytest.raises(InvalidRequestError, match=r"n.onnx, .*'depth', failed .*9x7 px.*size_px"):
        network.run(np.zeros((7, 9, 3), np.uint8))


def test_no_onnx_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "n.onnx"
    path.write_bytes(b"not a graph")
    with pytest.raises(InvalidRequestError, match=r"cannot load .*n.onnx for the slot 'depth'"):
        Network(choice("depth", path))


def identity(path: Path, shape: tuple[int, ...], kind: int = TensorProto.FLOAT) -> Path:
    node = helper.make_node("Identity", ["picture"], ["out"])
    return save(path, [node], [tensor("picture", shape, kind)], [tensor("out", shape, kind)])


@pytest.mark.parametrize(
    ("slot", "shape", "words"),
    [
        ("depth", (1, 3, 6, 8), "one plane as its first output"),
        ("people", (1, 6, 8, 3), r"\[1, None, 56\] as its first output"),
        ("body", (1, 6, 8, 3), r"\[1, 195\] as landmarks"),
        ("depth", (1, 4, 6, 8), r"takes a picture \[1, height, width, 3\]"),
        ("depth", (3, 6), r"takes a picture \[1, height, width, 3\]"),
    ],
)
def test_a_network_that_does_not_fit_its_slot_is_refused(
    tmp_path: Path, slot: str, shape: tuple[int, ...], words: str
) -> None:
    with pytest.raises(InvalidRequestError, match=words):
        Network(choice(slot, identity(tmp_path / "n.onnx", shape)))


def test_another_type_of_input_is_refused(tmp_path: Path) -> None:
    path = identity(tmp_path / "n.onnx", (1, 6, 8, 3), TensorProto.DOUBLE)
    with pytest.raises(InvalidRequestError, match="float32, int32 or uint8"):
        Network(choice("depth", path))


def test_more_than_one_input_is_refused(tmp_path: Path) -> None:
    node = helper.make_node("Add", ["a", "b"], ["out"])
    inputs = [tensor(name, (1, 6, 8, 3)) for name in "ab"]
    path = save(tmp_path / "n.onnx", [node], inputs, [tensor("out", (1, 6, 8, 3))])
    with pytest.raises(InvalidRequestError, match="one picture"):
        Network(choice("depth", path))

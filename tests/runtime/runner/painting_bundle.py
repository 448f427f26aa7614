"""The shipped bundle made into one that paints humans: its decoder gives the body of the planes."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from mimo_runtime.bundle import stored_file
from mimo_runtime.characters.planes import COVERAGE, NAMES, RGB
from tests.bundles import SMALL_BUNDLE

SIZE_PX, LATENT_PX, WIDTH = 128, 16, 32
PLANES = [1, len(NAMES), SIZE_PX, SIZE_PX]
DEFAULTS = {"steps": 2, "guidance": 1.0, "mode": "corrected"}


def paint_humans(folder: Path, latents_share: float = 0.0, **changes: Any) -> Path:
    """Write such a bundle to `folder`; `changes` are made to its manifest.

    `latents_share` of the mean of a frame's latents is added to its cover.
    """
    shutil.copytree(SMALL_BUNDLE, folder)
    values = json.loads((folder / "bundle.json").read_text())
    (shape,) = values["shapes"]
    components = shape["components"]
    onnx.save(_condition(), folder / "condition.onnx")
    onnx.save(_decoder(latents_share), folder / "vae_decoder.onnx")
    reference = _reference(onnx.load(folder / "reference.onnx", load_external_data=False))
    onnx.save(reference, folder / "reference.onnx")
    planes = {"name": "planes", "shape": PLANES, "dtype": "float32"}
    components["condition"]["inputs"] = [planes, components["condition"]["inputs"][1]]
    components["reference"]["inputs"].append(planes)
    components["vae_decoder"]["inputs"].append(planes)
    layer = {"name": "layer", "shape": [1, 4, SIZE_PX, SIZE_PX], "dtype": "float32"}
    components["vae_decoder"]["outputs"] = [layer]
    for name in ("condition.onnx", "vae_decoder.onnx", "reference.onnx"):
        stored = stored_file(folder / name)
        values["files"][name] = {"size_bytes": stored.size_bytes, "sha256": stored.sha256}
    values |= {"paints": "human", "planes": list(NAMES), "defaults": DEFAULTS} | changes
    (folder / "bundle.json").write_text(json.dumps(values))
    return folder


def _model(nodes: list[Any], inputs: dict[str, list[int]], outputs: dict[str, list[int]],
           constants: dict[str, np.ndarray]) -> onnx.ModelProto:  # fmt: skip
    infos = [
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in each]
        for each in (inputs.items(), outputs.items())
    ]
    kept = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    graph = helper.make_graph(nodes, "painting", *infos, kept)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)


def _condition() -> onnx.ModelProto:
    random = np.random.default_rng(5)
    weights = {
        "from_planes": random.normal(0, 0.3, (WIDTH, len(NAMES), 1, 1)).astype(np.float32),
        "from_scene": random.normal(0, 0.3, (WIDTH, 4, 1, 1)).astype(np.float32),
    }
    eighth = [SIZE_PX // LATENT_PX] * 2
    nodes = [
        helper.make_node("AveragePool", ["planes"], ["small"], kernel_shape=eighth, strides=eighth),
        helper.make_node("Conv", ["small", "from_planes"], ["motion"]),
        helper.make_node("Conv", ["background", "from_scene"], ["scene"]),
        helper.make_node("Add", ["motion", "scene"], ["condition"]),
    ]
    scene = [1, 4, LATENT_PX, LATENT_PX]
    inputs = {"planes": PLANES, "background": scene}
    return _model(nodes, inputs, {"condition": [1, WIDTH, LATENT_PX, LATENT_PX]}, weights)


def _decoder(latents_share: float) -> onnx.ModelProto:
    """Premultiplied colour and cover of the planes, and a share of the latents' mean."""
    constants = {
        "rgb": np.arange(RGB.start, RGB.stop),
        "coverage": np.array([COVERAGE]),
        "share": np.array([latents_share], np.float32),
        "axes": np.array([1, 2, 3]),
    }
    nodes = [
        helper.make_node("Gather", ["planes", "rgb"], ["colour"], axis=1),
        helper.make_node("Gather", ["planes", "coverage"], ["cover"], axis=1),
        helper.make_node("Mul", ["colour", "cover"], ["premultiplied"]),
        helper.make_node("ReduceMean", ["latents", "axes"], ["mean"]),
        helper.make_node("Mul", ["mean", "share"], ["shared"]),
        helper.make_node("Add", ["cover", "shared"], ["alpha"]),
        helper.make_node("Concat", ["premultiplied", "alpha"], ["layer"], axis=1),
    ]
    inputs = {"latents": [1, 4, LATENT_PX, LATENT_PX], "planes": PLANES}
    return _model(nodes, inputs, {"layer": [1, 4, SIZE_PX, SIZE_PX]}, constants)


def _reference(model: onnx.ModelProto) -> onnx.ModelProto:
    """The shipped one, whose latents are moved by the mean of the planes."""
    for node in model.graph.node:
        for index, name in enumerate(node.input):
            if name == "latents":
                node.input[index] = "latents_seen"
    mean = helper.make_node("ReduceMean", ["planes"], ["planes_mean"], keepdims=1)
    moved = helper.make_node("Add", ["latents", "planes_mean"], ["latents_seen"])
    nodes = [mean, moved, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    model.graph.input.append(helper.make_tensor_value_info("planes", TensorProto.FLOAT, PLANES))
    return model

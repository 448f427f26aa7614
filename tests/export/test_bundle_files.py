"""What lies in a bundle: valid graphs, nothing of the exporting machine, no weight twice."""

import json
from pathlib import Path

import onnx
import pytest

import mimo_export
from mimo_export.functions import OPSET
from mimo_kernels import attention
from mimo_runtime.bundle import COMPONENTS, Bundle
from mimo_runtime.bundle.networks import WEIGHTS, read_networks
from tests.golden import GOLDEN

ALIGNMENT_BYTES = 64
INLINE_BYTES = 256
ByteRange = tuple[int, int]


def graph(bundle: Path, component: str) -> onnx.ModelProto:
    return onnx.load(str(bundle / f"{component}.onnx"), load_external_data=False)


def stored(model: onnx.ModelProto) -> set[ByteRange]:
    """Offset and length of every weight that lies outside the graph."""
    places = set()
    for tensor in model.graph.initializer:
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            entries = {entry.key: entry.value for entry in tensor.external_data}
            assert entries["location"] == WEIGHTS
            places.add((int(entries["offset"]), int(entries["length"])))
        else:
            assert len(tensor.raw_data) <= INLINE_BYTES
    return places


@pytest.mark.parametrize("component", COMPONENTS)
def test_graph_is_valid_and_fixed(compact_bundle: Path, component: str) -> None:
    onnx.checker.check_model(str(compact_bundle / f"{component}.onnx"), full_check=True)
    model = graph(compact_bundle, component)
    assert {o.domain: o.version for o in model.opset_import}[""] == OPSET == 23
    for value in (*model.graph.input, *model.graph.output, *model.graph.value_info):
        sides = value.type.tensor_type.shape.dim
        assert all(side.HasField("dim_value") for side in sides), value.name


def test_attentions_are_single_nodes_with_bodies(compact_bundle: Path) -> None:
    readers = len(Bundle.open(compact_bundle).manifest.readers)
    for component, counts in {
        "denoiser": {"ReferenceAttention": readers, "TemporalAttention": 26},
        "denoiser_unguided": {"ReferenceAttention": readers, "TemporalAttention": 26},
        "reference": {"ReferenceAttention": readers - 1},  # of the last only the input is kept
        "identity": {},
        "vae_decoder": {},
    }.items():
        model = graph(compact_bundle, component)
        ours = [node.op_type for node in model.graph.node if node.domain == attention.DOMAIN]
        assert {kind: ours.count(kind) for kind in set(ours)} == counts
        bodies = {body.name: body for body in model.functions if body.domain == attention.DOMAIN}
        assert bodies.keys() == counts.keys()
        for body in bodies.values():
            assert {node.domain for node in body.node} <= {"", "com.microsoft"}


def test_nothing_tells_of_the_exporting_machine(compact_bundle: Path) -> None:
    package, repository = Path(mimo_export.__file__).parent, GOLDEN.parents[2]
    places = [str(path) for path in (Path.home(), package, repository, compact_bundle, GOLDEN)]
    notes = ["site-packages", "pkg.torch", "pkg.onnxscript", "stack_trace", ".py"]
    for path in compact_bundle.iterdir():
        data = path.read_bytes()
        told = places if path.name == WEIGHTS else places + notes  # numbers may spell a short word
        assert [word for word in told if word.encode() in data] == [], path.name


def test_weights_are_stored_once(compact_bundle: Path) -> None:
    places = {name: stored(graph(compact_bundle, name)) for name in COMPONENTS}
    networks = read_networks(compact_bundle).values()
    named = {(t.offset, t.length) for network in networks for t in network.tensors.values()}
    everything = sorted(named.union(*places.values()))
    size_bytes = (compact_bundle / WEIGHTS).stat().st_size
    end = 0
    for offset, length in everything:
        assert offset % ALIGNMENT_BYTES == 0
        assert 0 <= offset - end < ALIGNMENT_BYTES
        end = offset + length
    assert end == size_bytes

    data = (compact_bundle / WEIGHTS).read_bytes()
    contents = [data[offset : offset + length] for offset, length in everything]
    assert len(set(contents)) == len(contents)

    both = places["denoiser"] & places["denoiser_unguided"]
    shared_bytes = sum(length for _, length in both)
    assert shared_bytes > 0.99 * sum(length for _, length in places["denoiser"])
    assert size_bytes < 1.3 * sum(
        length for name in ("denoiser", "reference", "identity") for _, length in places[name]
    )


def test_manifest_says_what_was_exported(compact_bundle: Path) -> None:
    manifest = Bundle.open(compact_bundle).manifest
    recorded = json.loads((GOLDEN / "inference_config.json").read_text())
    assert manifest.solver == recorded["noise_scheduler_kwargs"]
    assert (manifest.width_px, manifest.height_px) == (56, 40)
    assert (manifest.frames, manifest.overlap_frames) == (24, 4)
    assert manifest.components.keys() == set(COMPONENTS)
    assert manifest.readers[0] == "down_blocks.0.attentions.0.transformer_blocks.0"
    assert len(manifest.readers) == 10
    assert {path.name for path in compact_bundle.iterdir()} == {*manifest.files, "bundle.json"}
    assert "not stated" in manifest.licence

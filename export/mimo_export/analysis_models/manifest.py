"""What `manifest.json` says about each network that ships."""

import hashlib
from typing import TYPE_CHECKING, Any

from mimo_export.analysis_models.sources import Source

if TYPE_CHECKING:
    import onnx

FORMAT = 1
COMMAND = "python -m mimo_export.analysis_models PACKAGES -o MODELS"
LICENCE_FILES = {
    "Apache-2.0": ["LICENSE-Apache-2.0.txt"],
    "Apache-2.0 AND MIT": ["LICENSE-Apache-2.0.txt", "LICENSE-MIT-human-models.txt"],
}


def entry_of(
    source: Source, model: "onnx.ModelProto", content: bytes, tools: dict[str, str]
) -> dict[str, Any]:
    """One network: where from, under which licence, made how, and what it takes and gives.

    Args:
        source: what was converted.
        model: the result, and `content` its bytes.
        tools: version by name of the tools that converted.
    """
    return {
        "slot": source.slot,
        "file": f"{source.name}.onnx",
        "sha256": hashlib.sha256(content).hexdigest(),
        "licence": source.licence,
        "licence_files": LICENCE_FILES[source.licence],
        "note": source.note,
        "source": {
            "package": f"npm {source.package}",
            "version": source.version,
            "files": dict(source.files),
        },
        "made_by": {"command": COMMAND, "tools": tools},
        "inputs": [_tensor(tensor) for tensor in model.graph.input],
        "outputs": [_tensor(tensor) for tensor in model.graph.output],
    }


def _tensor(tensor: "onnx.ValueInfoProto") -> dict[str, Any]:
    from onnx.helper import tensor_dtype_to_np_dtype

    kind = tensor.type.tensor_type
    return {
        "name": tensor.name,
        "dtype": str(tensor_dtype_to_np_dtype(kind.elem_type)),
        "shape": [size.dim_value for size in kind.shape.dim],
    }

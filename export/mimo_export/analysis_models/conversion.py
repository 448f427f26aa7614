"""One source to one ONNX file: convert, rewrite, check."""

from pathlib import Path
from typing import TYPE_CHECKING

from mimo_export.analysis_models.sources import TFJS, Source, read_source
from mimo_runtime.errors import InvalidRequestError

if TYPE_CHECKING:
    import onnx


def convert(source: Source, packages: Path) -> "onnx.ModelProto":
    """The network of `source` as it ships, out of the npm archives in the folder `packages`.

    Raises:
        InvalidRequestError: the archive is missing or another one, or the result is not a graph
            of standard operators with static shapes.
    """
    from mimo_export.analysis_models.tensorflow_graphs import from_tfjs, from_tflite

    files = read_source(source, packages)
    model = from_tfjs(*files) if source.form == TFJS else from_tflite(*files)
    return finished(model, source)


def finished(model: "onnx.ModelProto", source: Source) -> "onnx.ModelProto":
    """`model` with everything done to it that comes after the conversion."""
    import onnx

    from mimo_export.analysis_models import rewrite, stripping

    rewrite.standard_operators(model)
    rewrite.renamed(model, source.inputs, source.outputs)
    rewrite.halved(model)
    stripping.stripped(model, source.name)
    if strange := sorted({node.domain for node in model.graph.node} - {""}):
        raise InvalidRequestError(
            f"{source.name} still has operators of domain {strange[0]} after the conversion; use "
            "the versions of TensorFlow and tf2onnx that its manifest names."
        )
    checked = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
    for tensor in (*model.graph.input, *model.graph.output):
        if not all(size.dim_value > 0 for size in tensor.type.tensor_type.shape.dim):
            raise InvalidRequestError(
                f"{source.name} has tensor {tensor.name} of no fixed shape; the runtime takes "
                "static shapes only."
            )
    onnx.checker.check_model(checked)
    return model

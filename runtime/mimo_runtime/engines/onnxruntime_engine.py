"""The engine that runs everywhere: ONNX Runtime on the CPU."""

from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from mimo_runtime.bundle import Component, TensorSpec
from mimo_runtime.engines.cpu_footprint import is_large
from mimo_runtime.engines.engine import Array, Tensor, empty_buffer
from mimo_runtime.engines.large_blocks import give_back_large_blocks
from mimo_runtime.errors import BundleError
from mimo_runtime.scarcity import resource_error

_ELEMENT_TYPES = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(int64)": "int64",
    "tensor(bool)": "bool",
}
_LOG_ERRORS_ONLY = 3


class OrtPass:
    """Buffers bound to one ONNX Runtime session; running it allocates no tensor of ours."""

    def __init__(
        self,
        session: onnxruntime.InferenceSession,
        component: Component,
        buffers: Mapping[str, Array],
    ) -> None:
        self.buffers = buffers
        self._session = session
        self._binding = session.io_binding()
        for bind, specs in (
            (self._binding.bind_input, component.inputs),
            (self._binding.bind_output, component.outputs),
        ):
            for spec in specs:
                buffer = buffers[spec.name]
                bind(spec.name, "cpu", 0, buffer.dtype.type, buffer.shape, buffer.ctypes.data)

    def run(self) -> None:
        """Compute the outputs from the inputs, in place."""
        self._session.run_with_iobinding(self._binding)


class OrtEngine:
    """One component as an ONNX Runtime session.

    `threads` is the number of threads of one pass, 0 for one per core.

    Raises:
        BundleError: the file is no valid graph, or its tensors are not those of the manifest.
        ResourceError: there is too little memory for it.
    """

    def __init__(self, path: Path, component: Component, threads: int = 0) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = _LOG_ERRORS_ONLY
        if is_large(component):
            _spare_memory(options)
            give_back_large_blocks()
        try:
            self._session = onnxruntime.InferenceSession(
                path, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its own exceptions share no base class of their own
            if (scarce := resource_error(error)) is not None:
                raise scarce from error
            raise BundleError(
                f"ONNX Runtime {onnxruntime.__version__} cannot load {path}: "
                f"{str(error).splitlines()[0]} Export the bundle again."
            ) from error
        self.component = component
        for kind, found, wanted in (
            ("input", self._session.get_inputs(), component.inputs),
            ("output", self._session.get_outputs(), component.outputs),
        ):
            _compare(path, kind, [_spec(node) for node in found], list(wanted))

    def bind(self, shared: Mapping[str, Tensor] | None = None) -> OrtPass:
        """Bind new buffers, except those in `shared`, which are used as they are."""
        buffers = {name: np.asarray(tensor) for name, tensor in (shared or {}).items()}
        specs = (*self.component.inputs, *self.component.outputs)
        if strange := sorted(buffers.keys() - {spec.name for spec in specs}):
            raise BundleError(
                f"{self.component.file} has no tensor '{strange[0]}'; the bundle's parts do not "
                "fit together, export it again."
            )
        for spec in specs:
            if spec.name not in buffers:
                buffers[spec.name] = empty_buffer(spec)
            _check_buffer(spec, buffers[spec.name])
        return OrtPass(self._session, self.component, buffers)


def _spare_memory(options: onnxruntime.SessionOptions) -> None:
    """Weights stay mapped and scratch is given back behind each pass.

    Packed or reordered weights would be copies; the arena keeps what the first pass took and
    takes as much again for the second, whose places it has planned; and a buffer that a later
    value of the same size shall reuse is held until then.
    """
    options.enable_cpu_mem_arena = False
    options.enable_mem_reuse = False
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.add_session_config_entry("session.disable_prepacking", "1")


def _spec(node: onnxruntime.NodeArg) -> TensorSpec:
    dtype = _ELEMENT_TYPES.get(node.type, node.type)
    return TensorSpec(node.name, tuple(node.shape), dtype)


def _compare(path: Path, kind: str, found: list[TensorSpec], wanted: list[TensorSpec]) -> None:
    for index, (has, says) in enumerate(zip_longest(found, wanted)):
        if has != says:
            raise BundleError(
                f"{path} has {has or 'nothing'} as {kind} {index} where the manifest says "
                f"{says or 'nothing'}; export the bundle again."
            )


def _check_buffer(spec: TensorSpec, buffer: NDArray[Any]) -> None:
    fits = buffer.shape == spec.shape and buffer.dtype == np.dtype(spec.dtype)
    if not fits or not buffer.flags.c_contiguous:
        raise BundleError(
            f"The buffer for {spec} is {buffer.dtype} {list(buffer.shape)}; the bundle's parts do "
            "not fit together, export it again."
        )

"""A compiled component on the GPU: fixed addresses, one shared scratch, a CUDA graph per pass."""

from collections.abc import Mapping
from typing import Any

from mimo_runtime.bundle import Component
from mimo_runtime.engines.cuda.gpu import Gpu
from mimo_runtime.engines.cuda.handles import Graph
from mimo_runtime.engines.cuda.tensor import DeviceTensor, Memory, allocate
from mimo_runtime.engines.engine import Tensor
from mimo_runtime.errors import BundleError, MimoError


class TensorRTPass:
    """An execution context whose tensors lie at fixed addresses.

    The first run enqueues the layers and then records them; later runs launch the recording.
    """

    def __init__(self, gpu: Gpu, context: Any, buffers: Mapping[str, DeviceTensor]) -> None:
        self.buffers = buffers
        self._gpu = gpu
        self._context = context
        self._graph: Graph | None = None
        for name, tensor in buffers.items():
            context.set_tensor_address(name, tensor.address)

    def run(self) -> None:
        """Ask the stream for one pass; reading an output waits for it."""
        if self._graph is None:
            self._enqueue()
            self._graph = self._gpu.capture(self._enqueue)
        else:
            self._graph.launch()

    def _enqueue(self) -> None:
        with self._gpu.alone():
            done = self._context.execute_async_v3(self._gpu.stream)
        if not done:
            raise MimoError(
                f"TensorRT could not run {self._context.engine.name or 'a plan'}; build the plan "
                "again, or take the engine onnxruntime."
            )


class TensorRTEngine:
    """A deserialised plan of one component.

    `scratch` is the memory of everything between inputs and outputs. Engines on one stream run in
    turn, so all of them share it. `component` has the dtypes of the plan.
    """

    def __init__(
        self, trt: Any, gpu: Gpu, engine: Any, component: Component, scratch: Memory
    ) -> None:
        self.component = component
        self._trt = trt
        self._gpu = gpu
        self._engine = engine
        self._scratch = scratch

    def bind(self, shared: Mapping[str, Tensor] | None = None) -> TensorRTPass:
        """Bind new buffers in one block, except those in `shared`, which are used as they are."""
        specs = {spec.name: spec for spec in (*self.component.inputs, *self.component.outputs)}
        taken: dict[str, DeviceTensor] = {}
        for name, tensor in (shared or {}).items():
            if not isinstance(tensor, DeviceTensor) or specs.get(name) != tensor.spec:
                raise BundleError(
                    f"{self.component.file} has no tensor '{name}' like the one it was given; "
                    "build the plan again."
                )
            taken[name] = tensor
        new = allocate(self._gpu, [spec for name, spec in specs.items() if name not in taken])
        strategy = self._trt.ExecutionContextAllocationStrategy.USER_MANAGED
        context = self._engine.create_execution_context(strategy)
        if context is None:
            raise MimoError(
                f"TensorRT made no context for {self.component.file}; build the plan again."
            )
        context.set_device_memory(self._scratch.address, self._scratch.size_bytes)
        return TensorRTPass(self._gpu, context, {**taken, **new})

"""A component of a bundle as a typed ONNX file, ready for a strongly typed network."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import onnx_ir as ir

from mimo_export.bundle_graph import load_graph
from mimo_export.plan_builder import float8
from mimo_export.plan_builder.attention_nodes import Plugins, attention_nodes
from mimo_export.plan_builder.boundary import boundary_spec
from mimo_export.plan_builder.float32_nodes import BF16, FLOAT32_COMPONENTS, float32_nodes
from mimo_export.plan_builder.interpreter import Array, interpret
from mimo_export.plan_builder.layers import layer_groups
from mimo_export.plan_builder.measure import overflowing, ranges, relative_error
from mimo_export.plan_builder.precision import LOW_TYPES, narrow
from mimo_export.store import WeightStore
from mimo_runtime.bundle import Bundle
from mimo_runtime.errors import UnsupportedError
from mimo_runtime.plans.manifest import PlanComponent
from mimo_runtime.speech import say_nothing

_FP8 = "fp8"
OnStep = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class TypedComponent:
    """A written file and what is known of it before an engine is built; `tf32` may be used."""

    file: str
    tf32: bool
    described: PlanComponent


class _Count:
    """Counts nodes of two walks over a graph, of which the second one may have more."""

    def __init__(self, on_step: OnStep, total: int) -> None:
        self._on_step = on_step
        self._done = 0
        self._total = total

    def __call__(self) -> None:
        self._done += 1
        self._on_step(min(self._done, self._total), self._total)

    def go_on(self, done: int, left: int) -> None:
        self._done, self._total = done, done + left


class MixedPrecision:
    """Types the components of one bundle in one precision.

    `plugins` are those of TensorRT, None for an engine that takes none.
    """

    def __init__(self, bundle: Bundle, precision: str, plugins: Plugins | None = None) -> None:
        self._bundle = bundle
        self._precision = precision
        self._plugins = plugins

    def write(
        self,
        name: str,
        store: WeightStore,
        feeds: Mapping[str, Array] | None,
        on_step: OnStep = say_nothing,
    ) -> TypedComponent:
        """Type a component and write it into the folder of `store`.

        With sample inputs `feeds` values beyond float16 are found and kept in float32, and the
        error is measured; `on_step` is told nodes computed and nodes to compute for it.

        Raises:
            UnsupportedError: the precision does not fit the component; the sentence says why.
        """
        model = load_graph(self._bundle.path(name))
        nodes_count = len(model.graph)
        measuring = _Count(on_step, 2 * nodes_count)
        largest, exact = ranges(model, feeds, measuring) if feeds is not None else ({}, {})
        self._retype(model, name, largest)
        error = None
        if feeds is not None:
            measuring.go_on(nodes_count, len(model.graph))
            error = relative_error(interpret(model, feeds, on_node=measuring), exact)
            self._check(name, error)
        component = self._bundle.component(name)
        groups = layer_groups(model.graph)
        nodes = attention_nodes(model.graph, self._plugins, self._kernel_dtype())
        file = f"{name}.onnx"
        described = PlanComponent(
            file=f"{name}.plan",
            weights_bytes=store.save(model, file),
            inputs=tuple(map(boundary_spec, component.inputs)),
            outputs=tuple(map(boundary_spec, component.outputs)),
            error=error,
            layers=groups,
            attention=nodes,
        )
        return TypedComponent(file, name not in FLOAT32_COMPONENTS, described)

    def _retype(self, model: ir.Model, name: str, largest: Mapping[str, float]) -> None:
        beyond = overflowing(largest, self._precision)
        kept = float32_nodes(model.graph, name, self._precision, beyond)
        narrow(model, self._bundle.component(name), LOW_TYPES[self._precision], kept)
        if self._precision == _FP8 and name in float8.COMPONENTS:
            float8.quantise(model.graph, largest)

    def _check(self, name: str, error: float) -> None:
        if self._precision == _FP8 and name in float8.COMPONENTS:
            float8.check_quality(name, error)
        if not error < 1:
            raise UnsupportedError(
                f"{name}: in {self._precision} the result is lost (relative error {error:.3g}); "
                "build it in another precision."
            )

    def _kernel_dtype(self) -> str:
        return "bf16" if self._precision == BF16 else "fp16"

"""`PluginKernels`: the kernels of the two attention nodes that a TensorRT plugin can carry.

A plugin's caller passes input pointers, then output pointers, and nothing else; shapes are fixed,
so they are constants of the kernel. TensorRT's plugins take neither bool nor uint8 tensors
(NvInferRuntimePlugin.h, `PluginTensorDesc::type`): a graph for TensorRT casts `frame_mask` to
int32 once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mimo_kernels.aot import Artefact, compile_launch
from mimo_kernels.launch import Dtype, Launch
from mimo_kernels.reference_attention import contract as reference
from mimo_kernels.temporal_attention import contract as temporal

Shape = tuple[int, ...]
Tactics = Callable[[Sequence[Shape], Mapping[str, int], Dtype, str], tuple[Launch, ...]]


@dataclass(frozen=True, slots=True)
class Operator:
    """A node of domain `mimo`: its inputs and attributes in order, and its kernel's tactics."""

    name: str
    inputs: tuple[str, ...]
    attributes: tuple[str, ...]
    tactics: Tactics


def _reference_tactics(
    shapes: Sequence[Shape], attributes: Mapping[str, int], dtype: Dtype, arch: str
) -> tuple[Launch, ...]:
    (rows, length, width), heads = shapes[0], attributes["heads"]
    problem = reference.ReferenceProblem.contiguous(
        rows, attributes["unconditional_rows"], length, shapes[3][0], heads, width // heads
    )
    return reference.launches(problem, dtype, arch)


def _temporal_tactics(
    shapes: Sequence[Shape], attributes: Mapping[str, int], dtype: Dtype, arch: str
) -> tuple[Launch, ...]:
    (rows, length, width), heads = shapes[0], attributes["heads"]
    frames = attributes["frames"]
    problem = temporal.TemporalProblem.contiguous(
        rows // frames, frames, length, heads, width // heads
    )
    return tuple(_with_wide_mask(launch) for launch in temporal.launches(problem, dtype, arch))


def _with_wide_mask(launch: Launch) -> Launch:
    """The kernel asks of a mask's numbers only whether they are 0, whatever their width."""
    arguments = (
        replace(argument, dtype="i32") if argument.dtype == "u8" else argument
        for argument in launch.arguments
    )
    return replace(launch, arguments=tuple(arguments))


OPERATORS: Mapping[str, Operator] = {
    operator.name: operator
    for operator in (
        Operator(reference.NAME, reference.INPUTS, reference.ATTRIBUTES, _reference_tactics),
        Operator(
            temporal.NAME,
            ("query", "key", "value", "frame_mask"),
            temporal.ATTRIBUTES,
            _temporal_tactics,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class PluginKernels:
    """The kernels of one build's plugins, each compiled once, when first asked for.

    `most_shared_bytes` leaves out tactics with more dynamic shared memory than that.
    """

    arch: str
    most_shared_bytes: int | None = None
    compiled: dict[tuple[Any, ...], Artefact] = field(default_factory=dict)

    def tactics(
        self, name: str, shapes: Sequence[Shape], attributes: Mapping[str, int], dtype: Dtype
    ) -> dict[int, Artefact]:
        """The tactics that a plugin can carry for one node, by number from 1.

        `shapes` are the inputs'; `dtype` is that of all inputs but the mask. Raises ValueError
        with a sentence when there is none.
        """
        launches = OPERATORS[name].tactics(shapes, attributes, dtype, self.arch)
        artefacts = {order: self._compile(launch) for order, launch in enumerate(launches, 1)}
        objections = {order: self._objection(found) for order, found in artefacts.items()}
        carried = {order: artefacts[order] for order, text in objections.items() if text is None}
        if not carried:
            said = " ".join(text for text in objections.values() if text)
            raise ValueError(f"No tactic of {name} fits into a TensorRT plugin. {said}")
        return carried

    def unsupported_reason(
        self, name: str, shapes: Sequence[Shape], attributes: Mapping[str, int], dtype: Dtype
    ) -> str | None:
        """In a sentence why no plugin takes this node, or None; compiles its kernels."""
        try:
            self.tactics(name, shapes, attributes, dtype)
        except ValueError as problem:
            return str(problem)
        return None

    def _compile(self, launch: Launch) -> Artefact:
        key = (
            launch.kernel, launch.arguments, tuple(sorted(launch.constants.items())),
            launch.grid, launch.warps, launch.stages,
        )  # fmt: skip
        if key not in self.compiled:
            self.compiled[key] = compile_launch(launch, self.arch)
        return self.compiled[key]

    def _objection(self, artefact: Artefact) -> str | None:
        limit = self.most_shared_bytes
        if limit is not None and artefact.shared_bytes > limit:
            return f"{artefact.name} takes {artefact.shared_bytes} bytes of shared memory."
        return artefact.plugin_objection()

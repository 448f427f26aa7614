"""The two attention nodes as TensorRT plugins, compiled ahead of time ("quickly deployable").

A plan keeps the compiled kernels, so nothing of this is needed to run it. Source: the package
`tensorrt.plugin` of TensorRT 11.4, an experimental interface.
"""

import importlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

from mimo_kernels import attention
from mimo_kernels.launch import Dtype
from mimo_kernels.plugin_kernels import OPERATORS, Operator, PluginKernels, Shape

TYPE_NAMES: Mapping[Dtype, str] = {"fp16": "FP16", "bf16": "BF16", "fp32": "FP32", "i32": "INT32"}
DTYPES: Mapping[str, Dtype] = {"HALF": "fp16", "BF16": "bf16", "FLOAT": "fp32"}


def register_plugins(
    trt: ModuleType, arch: str, most_shared_bytes: int | None = None
) -> PluginKernels:
    """Register both nodes' plugins with `trt` (module tensorrt) for builds for `arch`.

    Call it once before parsing; a later call turns the same plugins to another `arch`. Returns
    the kernels that the builds use; `compiled` fills while they run.
    """
    plugin: Any = importlib.import_module(f"{trt.__name__}.plugin")
    kernels = PluginKernels(arch, most_shared_bytes)
    for operator in OPERATORS.values():
        identity = f"{attention.DOMAIN}::{operator.name}"
        known = getattr(plugin.op, attention.DOMAIN, None)
        if not hasattr(known, operator.name):
            plugin.register(identity)(_description(plugin, operator))
        plugin.autotune(identity)(_choice(plugin, operator, kernels))
        plugin.aot_impl(identity)(_implementation(plugin, operator, kernels))
    return kernels


def _description(plugin: Any, operator: Operator) -> Callable[..., Any]:
    def describe(*tensors: Any, **attributes: int) -> Any:  # noqa: ARG001
        return tensors[0].like()

    return _signed(describe, plugin, operator, {}, plugin.TensorDesc)


def _choice(plugin: Any, operator: Operator, kernels: PluginKernels) -> Callable[..., Any]:
    def choose(*given: Any) -> list[Any]:
        tactics = kernels.tactics(operator.name, *_node(operator, given))
        arguments = next(iter(tactics.values())).arguments
        types = ", ".join(TYPE_NAMES[argument.dtype] for argument in arguments)
        return [plugin.AutoTuneCombination(types, "LINEAR", list(tactics))]

    outputs = {"outputs": tuple[plugin.TensorDesc]}
    return _signed(choose, plugin, operator, outputs, list[plugin.AutoTuneCombination])


def _implementation(plugin: Any, operator: Operator, kernels: PluginKernels) -> Callable[..., Any]:
    def implement(*given: Any) -> tuple[str, str, Any, Any]:
        artefact = kernels.tactics(operator.name, *_node(operator, given))[given[-1]]
        launch = plugin.KernelLaunchParams(
            *artefact.grid, *artefact.block, shared_mem=artefact.shared_bytes
        )
        return artefact.name, artefact.ptx, launch, plugin.SymIntExprs(0)

    rest = {"outputs": tuple[plugin.TensorDesc], "tactic": int}
    text = str | bytes
    returned = tuple[text, text, plugin.KernelLaunchParams, plugin.SymIntExprs]
    return _signed(implement, plugin, operator, rest, returned)


def _node(operator: Operator, given: Sequence[Any]) -> tuple[list[Shape], dict[str, int], Dtype]:
    """Shapes, attributes and dtype from what TensorRT calls a plugin's function with."""
    count = len(operator.inputs)
    values = given[count : count + len(operator.attributes)]
    attributes = dict(zip(operator.attributes, values, strict=True))
    shapes = [tuple(tensor.shape) for tensor in given[:count]]
    return shapes, attributes, DTYPES[given[0].dtype.name]


def _signed(
    function: Callable[..., Any],
    plugin: Any,
    operator: Operator,
    rest: Mapping[str, Any],
    returned: Any,
) -> Callable[..., Any]:
    """Give `function` the signature that TensorRT reads: tensors, all attributes, the rest."""
    annotations = {
        **dict.fromkeys(operator.inputs, plugin.TensorDesc),
        **dict.fromkeys(operator.attributes, int),
        **rest,
    }
    parameters = [
        inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=annotation)
        for name, annotation in annotations.items()
    ]
    signature = inspect.Signature(parameters, return_annotation=returned)
    function.__signature__ = signature  # type: ignore[attr-defined]
    return function

"""`plan.json`: what the files of a plan are and how they came about."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any

from mimo_runtime.bundle import Component, StoredFile, TensorSpec
from mimo_runtime.plans.kernel import PlanKernel, kernel_from_json
from mimo_runtime.plans.key import PRECISIONS, SCHEMA, PlanKey

MANIFEST = "plan.json"


@dataclass(frozen=True, slots=True)
class LayerGroup:
    """Layers of one block of a network: how many of each kind, before the engine fuses them."""

    name: str
    kinds: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class AttentionNode:
    """One attention of a component and what computes it.

    `kernel` names our kernel, or the engine's own; `fallback` says why it is not ours, and is
    empty where it is.
    """

    node: str
    operator: str
    kernel: str
    fallback: str = ""


@dataclass(frozen=True, slots=True)
class PlanComponent:
    """One compiled component.

    `inputs` and `outputs` have the dtypes of the plan, which may be narrower than the bundle's.
    `refit_from` is the ONNX file whose weights the engine takes when it is loaded; it is empty
    where the plan carries its weights. `error` is the relative error of the precision on sample
    inputs, computed on the CPU, None where that was skipped. `device_memory_bytes` is what one
    execution needs beside weights and tensors, None where only a GPU could tell.
    """

    file: str
    weights_bytes: int
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    refit_from: str = ""
    error: float | None = None
    device_memory_bytes: int | None = None
    layers: tuple[LayerGroup, ...] = ()
    attention: tuple[AttentionNode, ...] = ()

    def component(self) -> Component:
        """The component as an engine states it, with the plan's dtypes."""
        return Component(self.file, self.weights_bytes, self.inputs, self.outputs)


@dataclass(frozen=True, slots=True)
class PlanManifest:
    """Everything that `plan.json` says; `built_at` is UTC in ISO 8601."""

    key: PlanKey
    components: Mapping[str, PlanComponent]
    files: Mapping[str, StoredFile]
    built_by: str
    built_at: str
    kernels: tuple[PlanKernel, ...] = ()

    def to_json(self) -> str:
        """The text of `plan.json`."""
        return json.dumps(asdict(self), indent=1) + "\n"


def manifest_from_json(text: str) -> PlanManifest:
    """Read `plan.json`.

    Raises:
        ValueError: it is no such file, is of a later version, or is not whole.
    """
    try:
        values = json.loads(text)
        if values["key"]["schema"] > SCHEMA:
            raise ValueError(f"it has schema {values['key']['schema']}, known is {SCHEMA}")
        return _manifest(values)
    except (LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"it is damaged ({error!r})") from error


def _manifest(values: dict[str, Any]) -> PlanManifest:
    manifest = PlanManifest(
        **values
        | {
            "key": PlanKey(**values["key"]),
            "components": {n: _component(c) for n, c in values["components"].items()},
            "files": {_inner(n): StoredFile(**f) for n, f in values["files"].items()},
            "kernels": tuple(kernel_from_json(k) for k in values["kernels"]),
        }
    )
    if manifest.key.precision not in PRECISIONS:
        raise ValueError(f"it has precision {manifest.key.precision!r}")
    named = [part for c in manifest.components.values() for part in (c.file, c.refit_from) if part]
    for file in (*named, *(kernel.file for kernel in manifest.kernels)):
        if file not in manifest.files:
            raise ValueError(f"it names {file}, which is not among its files")
    return manifest


def _component(values: dict[str, Any]) -> PlanComponent:
    return PlanComponent(
        **values
        | {
            "inputs": _specs(values["inputs"]),
            "outputs": _specs(values["outputs"]),
            "layers": tuple(LayerGroup(**layer) for layer in values["layers"]),
            "attention": tuple(AttentionNode(**node) for node in values["attention"]),
        }
    )


def _specs(values: list[dict[str, Any]]) -> tuple[TensorSpec, ...]:
    return tuple(TensorSpec(v["name"], tuple(v["shape"]), v["dtype"]) for v in values)


def _inner(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise ValueError(f"its file name {name!r} leads out of the folder")
    return name

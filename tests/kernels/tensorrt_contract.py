"""A process of its own: TensorRT's real Python bindings on the stub libraries, JSON out.

`names FILE...`: names of the module that the source files use and that it lacks; `listed NAME...`
the same for names; `calls FILE`: methods whose parameters are not the ones in the file;
`plugins`: registers the plugins and walks each through what a builder calls, in its order.
"""

import ast
import ctypes
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import tensorrt as trt

from mimo_kernels.plugin_kernels import OPERATORS, PluginKernels
from mimo_kernels.plugins import register_plugins

MODULES = ("trt", "_trt")


class Expressions:
    """An expression builder that keeps what it was asked for: expressions cannot be read back."""

    def __init__(self) -> None:
        self.constants: list[int] = []

    def constant(self, value: int) -> Any:
        self.constants.append(value)
        new = ctypes.pythonapi.PyCapsule_New
        new.restype, new.argtypes = ctypes.py_object, [ctypes.c_void_p] * 3
        return new(1, None, None)  # the bindings keep an expression as an address


def used(path: Path) -> Iterator[tuple[str, ...]]:
    """Yield each chain of attributes of the module in a file: `self._trt.a.b` is ("a", "b")."""
    for node in ast.walk(ast.parse(path.read_text())):
        chain: list[str] = []
        while isinstance(node, ast.Attribute) and node.attr not in MODULES:
            chain.insert(0, node.attr)
            node = node.value
        root = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
        if chain and root in MODULES:
            yield tuple(chain)


def lacking(chain: tuple[str, ...]) -> str | None:
    """Return the first part of a chain of modules, classes and members that is not there."""
    found: Any = trt
    for count, name in enumerate(chain, 1):
        if not hasattr(found, name):
            return ".".join(chain[:count])
        found = getattr(found, name)
        if not (isinstance(found, type) or hasattr(found, "__path__")):
            break  # what a member's own attributes are, only an object can tell
    return None


def missing(paths: list[str]) -> list[str]:
    """Return "file: name" for every name that the bindings lack."""
    found = {(path, lacking(chain)) for path in paths for chain in used(Path(path))}
    return sorted(f"{path}: {name}" for path, name in found if name is not None)


def forms(function: Any) -> Iterator[dict[str, bool]]:
    """Yield each overload's parameters: name to whether a call must give it."""
    for line in (function.__doc__ or "").splitlines():
        found = re.search(r"\w+\(self: [\w.]+(?P<rest>.*)\) -> ", line)
        if found:
            parameters = re.findall(r", (\w+): [^=]*?(?:(?= = )( = )|(?=, \w+: |$))", found["rest"])
            yield {name: not default for name, default in parameters}


def wrong_calls(wanted: dict[str, list[str] | None]) -> list[str]:
    """Return what is wrong with `wanted`: "Class.member" to parameters, null for a property."""
    wrong = []
    for name, given in wanted.items():
        owner, _, member = name.partition(".")
        found = getattr(getattr(trt, owner, None), member, None)
        if found is None or isinstance(found, property) != (given is None):
            wrong.append(f"{name} is {type(found).__name__}")
        elif given is not None:
            known = list(forms(found))
            needed = [{k for k, must in form.items() if must} for form in known]
            pairs = zip(known, needed, strict=True)
            if not any(must <= set(given) <= set(form) for form, must in pairs):
                wrong.append(f"{name}({', '.join(given)}) is none of {known}")
    return wrong


def plugin_of(name: str, shapes: list[tuple[int, ...]], types: list[Any], values: Any) -> Any:
    """Make a plugin as the parser does, and take it to where its tactics are asked for."""
    creator = sys.modules["tensorrt_bindings.plugin._lib"].QDP_CREATORS[f"mimo::{name}"]
    assert [field.name for field in creator.field_names] == list(values)
    fields = [
        trt.PluginField(key, np.array([value]), trt.PluginFieldType.INT64)
        for key, value in values.items()
    ]
    made = creator.create_plugin(
        name, "mimo", trt.PluginFieldCollection(fields), trt.TensorRTPhase.BUILD,
        trt.QuickPluginCreationRequest.STRICT_AOT,
    )  # fmt: skip
    made.get_output_data_types(types, [len(shape) for shape in shapes])
    dims = [trt.DimsExprs(len(shape)) for shape in shapes]
    made.get_output_shapes(dims, [], Expressions())
    return made


def described(shape: tuple[int, ...], kind: Any) -> Any:
    """A tensor as a builder describes it."""
    inner = trt.PluginTensorDesc()
    inner.dims, inner.type, inner.format = shape, kind, trt.TensorFormat.LINEAR
    outer = trt.DynamicPluginTensorDesc()
    outer.desc = inner
    return outer


def walk(name: str, shapes: list[tuple[int, ...]], types: list[Any], values: Any) -> Any:
    """Do with one node what a builder does; return its types and every tactic's launch."""
    made = plugin_of(name, shapes, types, values)
    inputs = [described(*pair) for pair in zip(shapes, types, strict=True)]
    tensors = [*inputs, described(shapes[0], types[0])]
    supported = made.get_supported_format_combinations(tensors, len(inputs))
    made.configure_plugin(inputs, tensors[len(inputs) :])
    launches = {}
    for tactic in made.get_valid_tactics():
        made.set_tactic(tactic)
        asked, launch, extra = Expressions(), SimpleNamespace(), SimpleNamespace()
        made.get_launch_params(None, tensors, len(inputs), launch, extra, asked)
        kernel, text = made.get_kernel([tensor.desc for tensor in inputs], [tensors[-1].desc])
        launches[tactic] = dict(zip(vars(launch), asked.constants, strict=True)) | {
            "kernel": kernel, "ptx": text.decode(), "extra": extra.nbSymExprs,
        }  # fmt: skip
    return {"types": [combination.type.name for combination in supported], "launches": launches}


def plugins() -> dict[str, Any]:
    """Walk both nodes, small, through TensorRT's own driver of ahead-of-time plugins."""
    register_plugins(trt, "sm_89")
    kernels = register_plugins(trt, "sm_90")  # again, for another chip
    half, whole = trt.DataType.HALF, trt.DataType.INT32
    own, extra = (4, 100, 320), (100, 320)
    found = {
        "ReferenceAttention": walk(
            "ReferenceAttention", [own, own, own, extra, extra], [half] * 5,
            {"heads": 8, "unconditional_rows": 2},
        ),
        "TemporalAttention": walk(
            "TemporalAttention", [own, own, own, (2,)], [half, half, half, whole],
            {"heads": 8, "frames": 2},
        ),
    }  # fmt: skip
    narrow, wide = ({"heads": heads, "frames": 2} for heads in (320, 8))
    node = ("TemporalAttention", [own, own, own, (2,)])
    found["obstacles"] = [
        kernels.unsupported_reason(*node, narrow, "fp16"),
        kernels.unsupported_reason(*node, wide, "fp16"),
        PluginKernels("sm_90", most_shared_bytes=1024).unsupported_reason(*node, wide, "fp16"),
    ]
    found["operators"] = {name: list(o.inputs + o.attributes) for name, o in OPERATORS.items()}
    return found


if __name__ == "__main__":
    task, *rest = sys.argv[1:]
    tasks = {
        "names": lambda: missing(rest),
        "calls": lambda: wrong_calls(json.loads(Path(rest[0]).read_text())),
        "listed": lambda: [name for name in rest if lacking(tuple(name.split(".")))],
        "plugins": plugins,
    }
    sys.stdout.write("\n" + json.dumps(tasks[task]()))  # behind what the bindings log

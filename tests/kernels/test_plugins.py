"""What the plugins promise to TensorRT, held against its real Python bindings.

The bindings come from the package index without the libraries behind them; those are stubs of
`data/tensorrt_stub.c`, so nothing here says that TensorRT builds or runs a plugin.
"""

import importlib.util
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mimo_kernels.attention import DOMAIN
from mimo_kernels.plugin_kernels import OPERATORS
from mimo_kernels.ptx import entry
from tests.kernels.processes import ROOT, python

DATA = Path(__file__).parent / "data"
CALLS = DATA / "tensorrt_calls.json"
LIBRARIES = ("libnvinfer.so.11", "libnvinfer_plugin.so.11", "libnvonnxparser.so.11")
COMPILER = shutil.which("cc")
FOLDERS = (
    ROOT / "kernels/mimo_kernels",
    ROOT / "runtime/mimo_runtime/engines/tensorrt",
    ROOT / "export/mimo_export/plan_builder",
)

needs_bindings = pytest.mark.skipif(
    importlib.util.find_spec("tensorrt_bindings") is None or COMPILER is None,
    reason="needs a C compiler and `pip install --no-deps tensorrt-cu13-bindings==11.4.0.106`",
)
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Run a task of `tensorrt_contract` on the bindings and the stubs."""
    folder = tmp_path_factory.mktemp("tensorrt")
    first = folder / LIBRARIES[0]
    source = DATA / "tensorrt_stub.c"
    command = [str(COMPILER), "-shared", "-fPIC", "-Wall", "-Werror", "-o", str(first), str(source)]
    subprocess.run(command, check=True)
    for name in LIBRARIES[1:]:
        shutil.copy(first, folder / name)
    plugin = folder / "front" / "tensorrt" / "plugin"  # as the package tensorrt is: two re-exports
    plugin.mkdir(parents=True)
    (plugin / "__init__.py").write_text("from tensorrt_bindings.plugin import *\n")
    (plugin.parent / "__init__.py").write_text(
        "from tensorrt_bindings import *\nfrom tensorrt_bindings import __version__\n"
    )

    def answer(*arguments: str) -> Any:
        module = ("-m", "tests.kernels.tensorrt_contract")
        cache = folder / "triton"
        paths = (folder / "front",)
        done = python(*module, *arguments, cache=cache, paths=paths, LD_LIBRARY_PATH=str(folder))
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return answer


def rtx_only() -> set[str]:
    """Names that only TensorRT-RTX has, as the builder lists them."""
    from tests.export.plan_builder import library_names as library

    return {name.partition(".")[0] for name in library.TENSORRT_RTX_NAMES}


@needs_bindings
def test_every_name_of_tensorrt_in_our_source_exists(ask: Ask) -> None:
    files = [str(path) for folder in FOLDERS for path in sorted(folder.rglob("*.py"))]
    missing = ask("names", *files)
    assert [text for text in missing if text.split(": ")[1] not in rtx_only()] == []


@needs_bindings
def test_a_name_that_tensorrt_lacks_is_found(ask: Ask, tmp_path: Path) -> None:
    source = tmp_path / "wrong.py"
    source.write_text("trt.BuilderFlag.FP16\nself._trt.Builder.create_network\ntrt.Nothing.at.all")
    assert ask("names", str(source)) == [f"{source}: BuilderFlag.FP16", f"{source}: Nothing"]


@needs_bindings
def test_every_listed_name_of_tensorrt_exists(ask: Ask) -> None:
    from tests.export.plan_builder import library_names as library

    assert ask("listed", *library.NAMES, *library.TENSORRT_NAMES) == []


@needs_bindings
def test_methods_take_the_parameters_that_we_pass(ask: Ask) -> None:
    assert ask("calls", str(CALLS)) == []


@needs_bindings
def test_a_wrong_call_is_found(ask: Ask, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    calls = {
        "IExecutionContext.execute_async_v3": [],
        "IExecutionContext.set_device_memory": ["memory", "size", "stream"],
        "IExecutionContext.execute_v9": ["stream"],
        "IAttention.decomposable": [],
        "Builder.create_network": [],
    }
    wrong.write_text(json.dumps(calls))
    assert [text.split(" ")[0].split("(")[0] for text in ask("calls", str(wrong))] == list(calls)[
        :4
    ]


@pytest.fixture(scope="module")
def walked(ask: Ask) -> dict[str, Any]:
    """Both plugins, registered and taken through a build's calls by TensorRT's own driver."""
    found: dict[str, Any] = ask("plugins")
    return found


@needs_bindings
def test_the_plugins_have_the_inputs_and_attributes_of_the_nodes(walked: dict[str, Any]) -> None:
    from mimo_networks.operators import PLUGIN_ATTRIBUTES

    assert PLUGIN_ATTRIBUTES["plugin_namespace"] == DOMAIN
    assert walked["operators"] == {
        "ReferenceAttention": [
            "query", "key", "value", "reference_key", "reference_value", "heads",
            "unconditional_rows",
        ],
        "TemporalAttention": ["query", "key", "value", "frame_mask", "heads", "frames"],
    }  # fmt: skip


@needs_bindings
def test_the_mask_is_asked_for_as_int32(walked: dict[str, Any]) -> None:
    assert walked["ReferenceAttention"]["types"] == ["HALF"] * 6
    assert walked["TemporalAttention"]["types"] == ["HALF"] * 3 + ["INT32", "HALF"]


@needs_bindings
@pytest.mark.parametrize("name", OPERATORS)
def test_every_tactic_is_launched_with_pointers_alone(walked: dict[str, Any], name: str) -> None:
    launches = walked[name]["launches"]
    assert list(launches) == [str(place + 1) for place in range(len(launches))]
    for launch in launches.values():
        kernel = entry(launch["ptx"])
        assert kernel.name == launch["kernel"]
        assert len(kernel.parameters) == len(OPERATORS[name].inputs) + 1
        assert kernel.threads == tuple(launch[f"block_{axis}"] for axis in "xyz")
        assert launch["extra"] == 0
        assert ".target sm_90a" in launch["ptx"]
    assert min(launch["shared_mem"] for launch in launches.values()) <= 48 * 1024


@needs_bindings
def test_a_node_that_no_kernel_takes_is_told_before_a_build(walked: dict[str, Any]) -> None:
    narrow, taken, crowded = walked["obstacles"]
    assert narrow.startswith("The head size is 1, outside")
    assert taken is None
    assert crowded.startswith("No tactic of TemporalAttention fits into a TensorRT plugin. ")
    assert "bytes of shared memory." in crowded

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mimo_kernels.aot import objections
from mimo_kernels.architectures import ARCHITECTURES, NEWEST_PTX, architecture
from mimo_kernels.ptx import entry, target, version
from tests.kernels.processes import python

PLAIN = {
    "global_scratch_size": 0,
    "profile_scratch_size": None,
    "num_ctas": 1,
    "launch_cooperative_grid": False,
    "launch_pdl": False,
    "tensordesc_meta": [],
}


@pytest.fixture(scope="module")
def artefacts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The small kernel, compiled for every chip in a process that does not interpret."""
    done = python("-m", "tests.kernels.compile_small", "artefacts", cache=_cache(tmp_path_factory))
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _cache(factory: pytest.TempPathFactory) -> Path:
    return factory.mktemp("triton")


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_a_kernel_compiles_for_every_chip(artefacts: dict[str, Any], arch: str) -> None:
    artefact = artefacts[arch]
    text = artefact["ptx"]
    assert version(text) <= NEWEST_PTX
    assert target(text).rstrip("a") == arch
    assert len(entry(text).parameters) == 3 == len(artefact["arguments"])
    assert artefact["name"] == "attend" == entry(text).name
    assert (artefact["grid"], artefact["block"]) == ([16, 1, 1], [128, 1, 1])
    assert artefact["cubin"] > 1000
    assert artefact["stack_bytes"] == 0 < artefact["registers"] <= 255
    assert 0 < artefact["shared_bytes"] <= architecture(arch).shared_limit_bytes
    assert "small_kernels" not in text


def test_only_tensor_memory_keeps_a_kernel_out_of_a_plugin(artefacts: dict[str, Any]) -> None:
    refused = {arch for arch, artefact in artefacts.items() if artefact["objection"]}
    assert refused == {"sm_100"}
    assert "columns of tensor memory on sm_100" in artefacts["sm_100"]["objection"]


def test_digests_tell_chips_apart(artefacts: dict[str, Any]) -> None:
    assert len({artefact["digest"] for artefact in artefacts.values()}) == len(ARCHITECTURES)


def test_a_digest_does_not_depend_on_where_the_source_lies(
    artefacts: dict[str, Any], tmp_path: Path
) -> None:
    moved = tmp_path / "moved" / "tests" / "kernels"
    moved.mkdir(parents=True)
    here = Path(__file__).parent
    for package in (moved, moved.parent):
        (package / "__init__.py").touch()
    for name in ("small_kernels.py", "compile_small.py"):
        (moved / name).write_text("\n" + (here / name).read_text())
    source = "import sys; sys.path.insert(0, sys.argv[1]); from tests.kernels import "
    source += "compile_small as c; print(c.compile_launch(c.GOOD, 'sm_90').digest, c.__file__)"
    done = python("-c", source, str(tmp_path / "moved"), cache=tmp_path / "cache")
    assert done.returncode == 0, done.stderr
    digest, place = done.stdout.split()
    assert place.startswith(str(tmp_path))
    assert digest == artefacts["sm_90"]["digest"]


def test_an_interpreted_kernel_is_refused(tmp_path: Path) -> None:
    source = "from mimo_kernels import aot; from tests.kernels.small_kernels import GOOD\n"
    source += "aot.compile_launch(GOOD, 'sm_90')"
    done = python("-c", source, cache=tmp_path, TRITON_INTERPRET="1")
    assert "compile in a process without that variable." in done.stderr.splitlines()[-1]


def test_an_unknown_chip_is_refused() -> None:
    with pytest.raises(ValueError, match="for sm_75; choose one of sm_80"):
        architecture("sm_75")


def test_a_plain_launch_meets_no_objection() -> None:
    assert objections("k", SimpleNamespace(**PLAIN)) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"global_scratch_size": 128}, "128 bytes of global_scratch"),
        ({"profile_scratch_size": 8}, "8 bytes of profile_scratch"),
        ({"num_ctas": 2}, "clusters of 2"),
        ({"launch_cooperative_grid": True}, "cooperative or dependent"),
        ({"launch_pdl": True}, "cooperative or dependent"),
        ({"tensordesc_meta": [{}]}, "tensor descriptors"),
    ],
)
def test_what_pointers_alone_cannot_launch_is_refused(changed: dict[str, Any], said: str) -> None:
    (sentence,) = objections("k", SimpleNamespace(**{**PLAIN, **changed}))
    assert said in sentence

"""A process of its own, where Triton does not interpret: compile small kernels, print JSON."""

import json
import sys
from dataclasses import asdict

from mimo_kernels import gate
from mimo_kernels.aot import compile_launch
from mimo_kernels.architectures import ARCHITECTURES
from mimo_kernels.gate_cases import Case
from tests.kernels.small_kernels import FAULTY, GOOD, launch


def artefacts() -> dict[str, object]:
    """The good kernel for every chip, without the cubin's bytes."""
    found = {}
    for arch in ARCHITECTURES:
        artefact = compile_launch(GOOD, arch)
        text = asdict(artefact) | {"cubin": len(artefact.cubin)}
        found[arch] = text | {"objection": artefact.plugin_objection()}
    return found


def faults() -> dict[str, object]:
    """What the gate says of each faulty kernel, and of the good one against a low budget."""
    said = {}
    for fault, faulty in FAULTY.items():
        arch = "sm_120" if fault == "global_scratch" else "sm_89"
        matrix = None if fault == "global_scratch" else "HMMA"
        said[fault] = gate.judge(Case("faulty", "faulty", arch, faulty, matrix), None).broken
    good = Case("good", "good", "sm_89", GOOD, "HMMA")
    said["good"] = gate.judge(good, {"good": 8.0}).broken
    said["budget"] = gate.judge(good, {"good": 2.0}).broken
    said["unrecorded"] = gate.judge(good, {}).broken
    said["matrix"] = gate.judge(Case("m", "m", "sm_89", GOOD, "HGMMA"), None).broken
    mistyped = launch({"m": 63, "n": 64, "d": 64, "stride": 64, "length": 1024})
    said["does not compile"] = gate.judge(Case("", "odd", "sm_89", mistyped, None), None).broken
    return said


if __name__ == "__main__":
    print(json.dumps({"artefacts": artefacts, "faults": faults}[sys.argv[1]]()))  # noqa: T201

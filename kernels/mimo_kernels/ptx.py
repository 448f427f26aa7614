"""PTX as text: the entry, its parameters and threads, and the version that a TensorRT plugin gets.

Triton appends two pointers (global and profile scratch) to every kernel, and a debug section that
names source files. A plugin's caller passes neither scratch pointer, and an artefact's digest
must not depend on where its source lay. Source: PTX ISA, kernel function directives.
"""

import re
from dataclasses import dataclass

HIDDEN_PARAMETERS = 2

_ENTRY = re.compile(r"\.visible\s+\.entry\s+(?P<name>[\w$]+)\s*\((?P<parameters>[^)]*)\)")
_THREADS = re.compile(r"\.reqntid\s+(\d+)(?:\s*,\s*(\d+))?(?:\s*,\s*(\d+))?")
_VERSION = re.compile(r"^\.version\s+(\d+)\.(\d+)", re.MULTILINE)
_TARGET = re.compile(r"^\.target\s+(\w+)", re.MULTILINE)
_LOCATION = re.compile(r"^\s*\.(?:loc|file)\s.*\n", re.MULTILINE)
_DEBUG_SECTION = re.compile(r"^\s*\.section\s+\.debug_\w+\s*\{[^}]*\}\s*?\n?", re.MULTILINE)
_COMMENT = re.compile(r"[ \t]*//.*$", re.MULTILINE)
_EMPTY_LINES = re.compile(r"^(?:[ \t]*\n)+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Entry:
    """The one kernel of a PTX file; `parameters` are their whole declarations, in order."""

    name: str
    parameters: tuple[str, ...]
    threads: tuple[int, int, int]


def entry(ptx: str) -> Entry:
    """The kernel's name, parameter declarations and threads of a block (`.reqntid`).

    Raises ValueError when the file has not exactly one kernel, or one without fixed threads.
    """
    found = list(_ENTRY.finditer(ptx))
    threads = _THREADS.search(ptx)
    if len(found) != 1 or threads is None:
        raise ValueError(
            f"The PTX has {len(found)} kernels and {'some' if threads else 'no'} `.reqntid`; "
            "one kernel with a fixed number of threads is needed."
        )
    listed = (text.strip() for text in found[0]["parameters"].split(","))
    x, y, z = (int(size) if size else 1 for size in threads.groups())
    return Entry(found[0]["name"], tuple(text for text in listed if text), (x, y, z))


def without_hidden_parameters(ptx: str, declared: int) -> str:
    """`ptx` with only its first `declared` parameters, the others proven unread.

    Raises ValueError when it has fewer parameters, more extra ones than Triton adds, or when its
    code names one of them.
    """
    kernel = entry(ptx)
    hidden = kernel.parameters[declared:]
    if len(kernel.parameters) < declared or len(hidden) > HIDDEN_PARAMETERS:
        raise ValueError(
            f"{kernel.name} has {len(kernel.parameters)} parameters in PTX where {declared} are "
            f"declared and Triton adds at most {HIDDEN_PARAMETERS}; its launch does not fit it."
        )
    head = _ENTRY.search(ptx)
    assert head is not None
    for name in (parameter.split()[-1] for parameter in hidden):
        if re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", ptx[head.end() :]):
            raise ValueError(
                f"{kernel.name} reads its hidden parameter {name}, which a TensorRT plugin "
                "cannot pass; the kernel must not need scratch memory."
            )
    kept = ",\n\t".join(kernel.parameters[:declared])
    return f"{ptx[: head.start('parameters')]}\n\t{kept}\n{ptx[head.end('parameters') :]}"


def without_sources(ptx: str) -> str:
    """`ptx` without comments, line numbers and debug sections, which name source files."""
    for pattern in (_COMMENT, _DEBUG_SECTION, _LOCATION, _EMPTY_LINES):
        ptx = pattern.sub("", ptx)
    return ptx


def version(ptx: str) -> int:
    """Ten times the PTX version that the file names; ValueError when it names none."""
    found = _VERSION.search(ptx)
    if found is None:
        raise ValueError("The PTX names no version; it is not a PTX file.")
    return 10 * int(found[1]) + int(found[2])


def target(ptx: str) -> str:
    """The chip that the file is for, such as "sm_90a"; ValueError when it names none."""
    found = _TARGET.search(ptx)
    if found is None:
        raise ValueError("The PTX names no target; it is not a PTX file.")
    return found[1]

"""What of docs/style.md a program can see."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from mimo_runtime import errors

ROOT = Path(__file__).parents[1]
ROOMS = ("runtime/mimo_runtime", "export", "kernels/mimo_kernels")
FAMILY = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.MimoError)
}
LONGEST_FILE = 250
LONGEST_FUNCTION = 50
# Larger today; nothing is to join it.
LARGE_FUNCTIONS = {"reference_attention_kernel"}
# Locals that say nothing of what they hold.
VAGUE = dict.fromkeys(("one", "found", "said", "whole", "every"), "what it is")
# A session holds a place, and nobody else has one.
PLACE = dict.fromkeys(("place", "places"), "index, offset, point, position or slices")
# Of each room the words that were given up, and what is said instead.
BANNED = {
    "runtime/mimo_runtime/layers": {
        **VAGUE,
        **PLACE,
        "grown": "dilate",
        "shrunk": "erode",
        "faded": "feather",
        "human": "person",
        "sighting": "masks",
        "glance": "view",
        "look": "compared",
        "trust": "visibility",
        "Shot": "SegmentBuilder",
        "shot": "builder",
        "anchor": "keyframe",
    },
    "runtime/mimo_runtime/analysis": {
        **VAGUE,
        **PLACE,
        "Body": "PoseEstimate",
        "PeopleFinder": "PersonDetector",
        "Finders": "Estimators",
        "Region": "BBox",
        "Wardrobe": "AppearanceModels",
        "bridged": "fill_gaps",
        "nearness": "inverse_depth",
        "foot_line": "ground_contact_row",
        "lean_rad": "roll_rad",
        "certainty": "confidence",
        "slopes": "gradients",
    },
    "runtime/mimo_runtime/fitting": {
        **VAGUE,
        **PLACE,
        "Freedoms": "DegreesOfFreedom",
        "freedoms": "dofs",
        "slopes": "jacobian",
        "off_sight": "ray_residual",
        "Postures": "Poses",
        "postures": "poses",
        "sureness": "confidence_of",
        "swings": "shortest_arcs",
        "lowered": "ground_shifted",
    },
    "runtime/mimo_runtime/decomposition": {
        **VAGUE,
        **PLACE,
        "Crowd": "FrameSegmenter",
        "crowd": "segmenter",
        "Somebody": "PersonMask",
        "WorkFolder": "StageCache",
        "Choice": "Selection",
        "nearness": "inverse_depth",
        "held": "recovered",
        "human": "person",
    },
    "runtime/mimo_runtime/body": {
        **PLACE,
        "NOBODY": "NO_TRIANGLE",
        "owners": "triangle_ids",
    },
    "runtime/mimo_runtime/characters": {**VAGUE, **PLACE, "owners": "triangle_ids"},
    "runtime/mimo_runtime/motions": {**VAGUE, **PLACE},
    "runtime/mimo_runtime/planning": {**VAGUE, **PLACE, "Box": "PixelRect"},
    "runtime/mimo_runtime/synthesis": {**VAGUE, **PLACE, "Box": "PixelRect"},
    "runtime/mimo_runtime/runner": {**PLACE, "Box": "PixelRect"},
    "runtime/mimo_runtime/media": {**PLACE, "Nursery": "ForkServer", "vet": "validate"},
    "runtime/mimo_runtime/engines": {
        **PLACE,
        "halves": "branches",
        "shares": "weights",
        "hold": "new",
    },
    "runtime/mimo_runtime/plans": {**PLACE, "Wanted": "PlanQuery", "Found": "PlanIndex"},
    "kernels/mimo_kernels": {
        **PLACE,
        "plain_rows": "unconditional_rows",
        "halves": "branches",
        "take_rows": "gather_latents",
        "two_source": "reference_attention",
        "obstacle": "unsupported_reason",
    },
    "export": {
        "plain_rows": "unconditional_rows",
        "halves": "branches",
        "time_table": "time_projections",
        "obstacle": "unsupported_reason",
    },
    "export/mimo_export": PLACE,
    "export/mimo_networks": PLACE,
    "export/mimo_torch": {**PLACE, "Request": "StepInputs"},
}


@cache
def sources() -> tuple[tuple[str, ast.Module], ...]:
    """Every source file and its tree."""
    paths = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return tuple((p.relative_to(ROOT).as_posix(), ast.parse(p.read_text())) for p in paths)


def sentences() -> Iterator[tuple[str, str]]:
    """Where an error is raised, and its sentence with `{}` for what is filled in."""
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args and _name(node.func) in FAMILY:
                text = _text(node.args[0])
                if text is not None:
                    yield f"{path}:{node.lineno}", text


def settings_of_errors() -> set[str]:
    """What errors give as `settings`."""
    return {
        setting.value
        for _, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _name(node.func) in FAMILY
        for given in node.keywords
        if given.arg == "settings" and isinstance(given.value, ast.Tuple)
        for setting in given.value.elts
        if isinstance(setting, ast.Constant)
    }


def _name(node: ast.expr) -> str:
    return getattr(node, "attr", "") or getattr(node, "id", "")


def _text(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in node.values)
    return None


def test_an_error_is_a_sentence() -> None:
    """It begins with a capital letter, or with the name of a thing, and ends with a full stop."""
    begins = r"[A-Z{'`]|--|[a-z]\S*[-_.\d]\S* |torch |[a-z]+ (is|are) "
    odd = [
        (where, text)
        for where, text in sentences()
        if not re.match(begins, text) or not re.search(r"(\.|\.\)|\{\})$", text)
    ]
    assert odd == []


def test_an_error_has_a_way_out() -> None:
    """Behind a semicolon, in a sentence of its own, or as all that it says."""
    ways = r";|[.:}] [A-Z`']|^(Give|Name|Choose) |\{\}$"
    assert [(where, text) for where, text in sentences() if not re.search(ways, text)] == []


def test_only_the_command_line_names_flags() -> None:
    flags = r"(^|[ ('])--[a-z]"
    commands = ("/cli/", "_command.py", "/command.py")
    named = [
        (where, text)
        for where, text in sentences()
        if re.search(flags, text)
        and not any(part in where for part in commands)
        and not re.search(r"'[^']*--|pip install", text)  # a command to type, in quotes
    ]
    assert named == []


def test_a_docstring_gives_what_it_describes() -> None:
    """It says neither "Returns" nor "This function", and its first paragraph is a sentence."""
    odd = []
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
                text = ast.get_docstring(node)
                first = (text or "").split("\n\n")[0]
                if text and (
                    re.match(r"(Returns? (?!when)|This (function|class|method|module) )", text)
                    or first.rstrip()[-1] not in ".:`?"
                ):
                    odd.append(f"{path}:{getattr(node, 'lineno', 1)}: {first[:60]}")
    assert odd == []


def test_files_and_functions_stay_small() -> None:
    lines = {path: (ROOT / path).read_text().count("\n") for path, _ in sources()}
    long = [path for path in lines if lines[path] > LONGEST_FILE]
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > LONGEST_FUNCTION and node.name not in LARGE_FUNCTIONS:
                    long.append(f"{path}: {node.name} has {length} lines")
    assert long == []


def test_a_class_name_of_the_runtime_means_one_class() -> None:
    owners: dict[str, list[str]] = {}
    for path, tree in sources():
        for node in tree.body:
            if path.startswith(ROOMS[0]) and isinstance(node, ast.ClassDef):
                owners.setdefault(node.name, []).append(path)
    shared = {name: paths for name, paths in owners.items() if len(paths) > 1}
    assert {name: paths for name, paths in shared.items() if not name.startswith("_")} == {}


@pytest.mark.parametrize("room", BANNED)
def test_words_that_were_given_up_stay_out(room: str) -> None:
    found = []
    for path in sorted((ROOT / room).rglob("*.py")):
        names = tokenize.generate_tokens(io.StringIO(path.read_text()).readline)
        for token in names:
            if token.type == tokenize.NAME and token.string in BANNED[room]:
                better = BANNED[room][token.string]
                found.append(f"{path}:{token.start[0]}: {token.string}; say {better}")
    assert found == []

"""docs/architecture.md is the code as it stands: what it names is there, no room is left out."""

import re
from pathlib import Path

import click
import pytest

from mimo_runtime.cli.main import mimo

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
SOURCES = [ROOT / "runtime" / "mimo_runtime", ROOT / "export", ROOT / "kernels", ROOT / "proto"]
PACKAGES = sorted(
    path.parent
    for top in SOURCES
    for path in top.rglob("__init__.py")
    if "__pycache__" not in path.parts
)
MAPS = TEXT[TEXT.index("## Rooms from within") : TEXT.index("## Glossary")]
ROOMS = re.findall(r"^\*\*(\w+)\*\*|(?<=\. )\*\*(\w+)\*\*", MAPS, re.MULTILINE)


def names_of(room: Path) -> set[str]:
    """Modules and folders of a room, its sub-rooms' among them."""
    return {path.stem for path in room.rglob("*") if "__pycache__" not in path.parts}


def paragraph(room: str) -> str:
    """What is said of a room, up to the next one."""
    rest = MAPS.split(f"**{room}**", 1)[1]
    return re.split(r"\n\n|\*\*\w+\*\*", rest, maxsplit=1)[0]


def test_every_file_that_is_named_is_there() -> None:
    files = [path.as_posix() for top in SOURCES for path in top.rglob("*.py")]
    named = set(re.findall(r"`((?:\w+/)+\w+\.py)`", TEXT))
    assert len(named) > 15
    assert [name for name in named if not any(f.endswith(f"/{name}") for f in files)] == []


def test_every_room_has_a_map() -> None:
    drawn = {name for pair in ROOMS for name in pair if name}
    top = {path.name for path in PACKAGES if path.parent in (*SOURCES, ROOT / "kernels")}
    assert top - {"mimo", "mimo_runtime", "sample", "v1"} - drawn == set()


@pytest.mark.parametrize("room", sorted({name for pair in ROOMS for name in pair if name}))
def test_what_a_map_names_is_in_its_room(room: str) -> None:
    (folder,) = {path for path in PACKAGES if path.name == room and path.parent in SOURCES}
    known = names_of(folder) | {"bundle.json", "networks.json"}
    named = re.findall(r"`([\w.]+)/?`", paragraph(room))
    assert [name for name in named if name not in known] == []


@pytest.mark.parametrize(
    "room", sorted({name for pair in ROOMS for name in pair if name} - {"cli"})
)
def test_every_module_of_a_room_is_on_its_map(room: str) -> None:
    """Sub-rooms stand for what is in them, and tuned numbers are spoken of together."""
    (folder,) = {path for path in PACKAGES if path.name == room and path.parent in SOURCES}
    modules = {path.stem for path in folder.iterdir() if path.suffix == ".py" or path in PACKAGES}
    named = set(re.findall(r"`([\w.]+)/?`", paragraph(room)))
    assert modules - named - {"__init__", "__main__", "tuning"} == set()


def test_every_command_is_a_module() -> None:
    """Of the command line the map names what is no command, nor one of a group's."""
    folder = ROOT / "runtime" / "mimo_runtime" / "cli"
    named = set(re.findall(r"`([\w.]+)/?`", paragraph("cli")))
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    groups = [mimo, *(each for each in mimo.commands.values() if isinstance(each, click.Group))]
    assert modules - named - {name for group in groups for name in group.commands} == set()

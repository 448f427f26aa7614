"""The files of a prepared folder that are sent, and which input each is."""

from collections.abc import Iterator
from pathlib import Path

from mimo_runtime.wire.kinds import CONFIG_FILE, VIDEO_SUFFIXES, InputKind
from mimo_runtime.wire.poses import EXTRAS, POSES_FILE, packed_poses

CHARACTER_PICTURE = "picture.png"
PreparedFile = tuple[InputKind, Path, bytes | None]


def template_files(folder: Path) -> Iterator[PreparedFile]:
    """Of a template folder; with bytes where those are sent in place of what lies at the path.

    Raises MediaError where its postures cannot be read.
    """
    streams = {kind.value: kind for kind in InputKind if kind.is_video}
    for path in sorted(folder.iterdir()):
        if path.stem in streams and path.suffix in VIDEO_SUFFIXES:
            yield streams[path.stem], path, None
    if (config := folder / CONFIG_FILE).is_file():
        yield InputKind.TEMPLATE_CONFIG, config, None
    if (poses := packed_poses(folder)) is not None:
        yield InputKind.POSES, folder / EXTRAS / POSES_FILE, poses


def character_files(folder: Path) -> Iterator[PreparedFile]:
    """Of a character folder; its picture alone where no body was found."""
    yield InputKind.CHARACTER, folder / CHARACTER_PICTURE, None
    files = [(kind, folder / kind.value) for kind in InputKind if kind.is_of_character]
    if all(path.is_file() for _, path in files):
        yield from ((kind, path, None) for kind, path in files)

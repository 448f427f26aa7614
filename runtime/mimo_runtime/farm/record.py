"""The recipe in what was rendered: a comment of a video, a text of a picture."""

import json
from collections.abc import Iterator
from pathlib import Path

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.farm.shot_folder import RECORD, open_shot
from mimo_runtime.files import read_input
from mimo_runtime.media.exr import exr_note
from mimo_runtime.media.note import picture_note, tiff_note, video_note
from mimo_runtime.provenance.recipe import Recipe


def read_recipe(output: Path) -> Recipe:
    """The recipe of an earlier output: a video, a picture, a folder of pictures or of a shot.

    Raises:
        InvalidRequestError: there is none in it, or it is damaged.
        MediaError: the file cannot be read.
    """
    if (output / RECORD).is_file():
        return open_shot(output).shot.recipe
    note = _note(next(_pictures(output), output))
    try:
        return Recipe.from_values(json.loads(note))
    except ValueError:
        raise InvalidRequestError(
            f"'{output}' does not say how it was rendered; give a video or pictures as "
            "'mimo render' or 'mimo stitch' wrote them."
        ) from None


def _note(file: Path) -> str:
    kinds = {".png": picture_note, ".tif": tiff_note, ".exr": exr_note}
    read = kinds.get(file.suffix.lower())
    return read(read_input(file)) if read else video_note(file)


def _pictures(output: Path) -> Iterator[Path]:
    if output.is_dir():
        yield from sorted(
            path for kind in ("png", "tif", "exr") for path in output.glob(f"*.{kind}")
        )

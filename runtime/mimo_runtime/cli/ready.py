"""What a render needs to be there first: the character of a shot file, and a template."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mimo_runtime.cli.character import make_character
from mimo_runtime.cli.driving import chosen_template, template_beside
from mimo_runtime.cli.options import is_typed

if TYPE_CHECKING:
    from mimo_runtime.farm.shot_file import ShotFile


@contextmanager
def ready_template(
    options: dict[str, Any], shot: "ShotFile | None", output: Path
) -> Iterator[Path]:
    """The template folder that a command's options mean, as `chosen_template`, when the character
    is ready too.

    What a shot file has decomposed or prepared lies beside its own folder, else beside `output`.
    """
    if shot is not None and shot.preparation is not None and not is_typed("character"):
        from mimo_runtime.synthesis.character_folder import character_options

        preparation = shot.preparation
        asked = character_options(preparation.options)
        make_character(preparation.picture, preparation.folder, asked)
    with chosen_template(options, shot.decomposed if shot else template_beside(output)) as template:
        yield template

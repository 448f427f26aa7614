"""`mimo character`: a picture of somebody, made ready to drive."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mimo_runtime.characters.folder import LARGEST_PX, SMALLEST_PX
from mimo_runtime.cli.openjd_lines import openjd_option, telling_failure
from mimo_runtime.cli.options import FILE, FOLDER, examples
from mimo_runtime.cli.shot import source_argument
from mimo_runtime.cli.sigterm import preempted_on_sigterm
from mimo_runtime.errors import InvalidRequestError

if TYPE_CHECKING:
    from mimo_runtime.farm.shot_file import ShotFile
    from mimo_runtime.synthesis.character_folder import CharacterOptions
    from mimo_runtime.synthesis.prepared import Prepared


def _of_shot(shot: "ShotFile") -> tuple[Path, Mapping[str, Any]]:
    """The picture of a shot's character, and how it is to be prepared."""
    preparation = shot.preparation
    if preparation is None:
        raise InvalidRequestError(
            f"'{shot.path}' does not say 'prepare'; add it, or give the picture of a character."
        )
    return preparation.picture, {"output": preparation.folder, **preparation.options}


@click.command(
    epilog=examples(
        "mimo character me.jpg -o me",
        "mimo character group.jpg -o her --person 2 --size 1024",
        "mimo render --bundle b --character me --template dance -o out.mp4",
        "mimo character shot.yaml",
    )
)
@source_argument("PICTURE", _of_shot)
@click.option("-o", "--output", required=True, type=FOLDER, help="Character folder to write.")
@click.option(
    "--size",
    type=click.IntRange(SMALLEST_PX, LARGEST_PX),
    default=768,
    show_default=True,
    help="Width and height of the prepared pictures in px.",
)
@click.option("--models", type=FILE, help="JSON file of networks of yours for the analysis.")
@click.option(
    "--person",
    type=click.IntRange(min=1),
    help="Which person, counted from the left; without it the largest in the middle.",
)
@click.option(
    "--matte",
    type=FILE,
    help="Picture of the same size, white (or opaque) where the character is.",
)
@openjd_option
def character(source: Path, output: Path, size: int, openjd: bool, **options: Any) -> None:
    """Prepare a character: matted, square, and once more in the canonical A-pose.

    For a shot file SHOT.yaml it is what that names, into the folder that its renders take.
    """
    from mimo_runtime.synthesis.character_folder import CharacterOptions

    with telling_failure(openjd), preempted_on_sigterm():
        make_character(source, output, CharacterOptions(size, **options))


def make_character(source: Path, output: Path, options: "CharacterOptions") -> None:
    """Write a character folder, unless it is there, made of the same; tells what was made."""
    from mimo_runtime.synthesis.character_folder import made_character_folder

    prepared = made_character_folder(source, output, options)
    if prepared is None:
        click.echo(f"{output} is already the character of {source}; it is used as it is.", err=True)
        return
    for _, text in prepared.warnings:
        click.echo(f"Warning: {text}", err=True)
    size_px = options.size_px
    click.echo(f"{output}: {size_px}x{size_px} px; {_surface_sentence(prepared)}")


def _surface_sentence(prepared: "Prepared") -> str:
    if prepared.character is None:
        return "the picture alone, without a body."
    from mimo_runtime.characters.preflight import face_height_px
    from mimo_runtime.synthesis.character_folder import surface_shares

    made = prepared.character
    face_px = face_height_px(made.fit.camera, made.fit.pose, made.figure.height_m)
    return (
        f"{surface_shares(made.texture)['seen']:.0%} of the surface was seen, the rest mirrored or "
        f"guessed; the face is about {face_px:.0f} px high."
    )

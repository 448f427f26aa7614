"""`mimo character`: a picture of somebody, made ready to drive."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mimo_runtime.cli.options import FILE, FOLDER, examples

if TYPE_CHECKING:
    from mimo_runtime.synthesis.prepared import Prepared

SMALLEST_PX, LARGEST_PX = 64, 4096


@click.command(
    epilog=examples(
        "mimo character me.jpg -o me",
        "mimo character group.jpg -o her --person 2 --size 1024",
        "mimo render --bundle b --character me --template dance -o out.mp4",
    )
)
@click.argument("source", metavar="PICTURE", type=FILE)
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
def character(
    source: Path,
    output: Path,
    size: int,
    models: Path | None,
    person: int | None,
    matte: Path | None,
) -> None:
    """Prepare a character: matted, square, and once more in the canonical A-pose."""
    from mimo_runtime.synthesis.character_folder import CharacterOptions, make_character_folder

    options = CharacterOptions(size, models, person, matte)
    prepared = make_character_folder(source, output, options)
    for _, text in prepared.warnings:
        click.echo(f"Warning: {text}", err=True)
    click.echo(f"{output}: {size}x{size} px; {_surface_sentence(prepared)}")


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

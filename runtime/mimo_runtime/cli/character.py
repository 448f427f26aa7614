"""`mimo character`: a picture of somebody, made ready to drive."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mimo_runtime.cli.options import FILE, FOLDER, examples
from mimo_runtime.errors import MediaError

if TYPE_CHECKING:
    from mimo_runtime.characters.character import Character
    from mimo_runtime.characters.folder import CharacterRecord
    from mimo_runtime.characters.texture import Texture

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
def character(
    source: Path, output: Path, size: int, models: Path | None, person: int | None
) -> None:
    """Prepare a character: matted, square, and once more in the canonical A-pose."""
    from mimo_runtime.characters.folder import NAMES
    from mimo_runtime.media.limits import MediaLimits
    from mimo_runtime.media.picture import read_picture
    from mimo_runtime.motions.folder import new_folder
    from mimo_runtime.synthesis.figures import prepare

    data = _read(source)
    with new_folder(output, NAMES, "character") as folder:
        picture = read_picture(data, source.name, MediaLimits())
        prepared = prepare(picture, None, models, person, size)
        made, warnings = prepared.character, prepared.warnings
        _write(folder, made, _record(data, source.name, models, warnings, made))
    for _, text in warnings:
        click.echo(f"Warning: {text}", err=True)
    click.echo(
        f"{output}: {size}x{size} px; {_shares(made.texture)['seen']:.0%} of the surface was seen, "
        "the rest mirrored or guessed."
    )


def _record(
    data: bytes,
    name: str,
    models: Path | None,
    warnings: tuple[tuple[str, str], ...],
    made: "Character",
) -> "CharacterRecord":
    import hashlib

    from mimo_runtime.analysis.choices import read_models, shipped_models
    from mimo_runtime.analysis.contracts import DEPTH
    from mimo_runtime.characters.folder import CharacterRecord

    choices = shipped_models() if models is None else read_models(models)
    return CharacterRecord(
        source=name,
        sha256=hashlib.sha256(data).hexdigest(),
        size_px=len(made.picture),
        models={slot: choice.file.name for slot, choice in choices.items() if slot != DEPTH},
        warnings=warnings,
        guesses=made.guesses,
        body=made.fit.body.name,
        shape=made.fit.shape,
        proportions=made.fit.proportions,
        overlap=round(made.fit.overlap, 3),
        surface=_shares(made.texture),
    )


def _write(folder: Path, made: "Character", record: "CharacterRecord") -> None:
    from mimo_runtime.characters.figure import write_fit
    from mimo_runtime.characters.folder import (
        CANONICAL,
        PICTURE,
        TEXTURE,
        write_character_record,
    )
    from mimo_runtime.characters.texture import write_texture
    from mimo_runtime.files import write_errors
    from mimo_runtime.media.picture import encode_png

    with write_errors(folder):
        (folder / PICTURE).write_bytes(encode_png(made.picture))
        (folder / CANONICAL).write_bytes(encode_png(made.canonical))
    write_texture(folder / TEXTURE, made.texture)
    write_fit(folder, made.figure.pose, made.figure.camera, made.lengths_m)
    write_character_record(folder, record)


def _shares(texture: "Texture") -> dict[str, float]:
    from mimo_runtime.characters.texture import GUESSED, MIRRORED, SEEN

    named = {"seen": SEEN, "mirrored": MIRRORED, "guessed": GUESSED}
    return {name: round(texture.share(origin), 4) for name, origin in named.items()}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise MediaError(f"Cannot read {path}: {error.strerror}.") from error

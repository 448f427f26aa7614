"""`mimo character`: a picture of somebody, made ready to drive."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mimo_runtime.cli.options import FILE, FOLDER, examples
from mimo_runtime.errors import MediaError

if TYPE_CHECKING:
    from mimo_runtime.characters.folder import CharacterRecord
    from mimo_runtime.characters.texture import Texture
    from mimo_runtime.synthesis.figures import Prepared

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
    from mimo_runtime.characters.folder import NAMES
    from mimo_runtime.media.limits import MediaLimits
    from mimo_runtime.media.matte import read_matte
    from mimo_runtime.media.picture import read_picture
    from mimo_runtime.motions.folder import new_folder
    from mimo_runtime.synthesis.figures import prepare

    data = _read(source)
    with new_folder(output, NAMES, "character") as folder:
        picture = read_picture(data, source.name, MediaLimits())
        given = None if matte is None else read_matte(_read(matte), MediaLimits())
        prepared = prepare(picture, given, models, person, size)
        _write(folder, prepared, _record(data, source.name, models, prepared))
    for _, text in prepared.warnings:
        click.echo(f"Warning: {text}", err=True)
    click.echo(f"{output}: {size}x{size} px; {_surface_sentence(prepared)}")


def _surface_sentence(prepared: "Prepared") -> str:
    if prepared.character is None:
        return "the picture alone, without a body."
    from mimo_runtime.characters.preflight import face_height_px

    made = prepared.character
    face_px = face_height_px(made.fit.camera, made.fit.pose, made.figure.height_m)
    return (
        f"{_shares(made.texture)['seen']:.0%} of the surface was seen, the rest mirrored or "
        f"guessed; the face is about {face_px:.0f} px high."
    )


def _record(data: bytes, name: str, models: Path | None, prepared: "Prepared") -> "CharacterRecord":
    import hashlib

    from mimo_runtime.analysis.model_config import read_models, shipped_models
    from mimo_runtime.analysis.model_specs import DEPTH
    from mimo_runtime.characters.folder import CharacterRecord
    from mimo_runtime.fitting.proportions import Proportions

    choices = shipped_models() if models is None else read_models(models)
    made = prepared.character
    return CharacterRecord(
        source=name,
        sha256=hashlib.sha256(data).hexdigest(),
        size_px=len(prepared.picture),
        models={slot: choice.file.name for slot, choice in choices.items() if slot != DEPTH},
        warnings=prepared.warnings,
        guesses=() if made is None else made.guesses,
        body="" if made is None else made.fit.body.name,
        shape={} if made is None else made.fit.shape,
        proportions=Proportions() if made is None else made.fit.proportions,
        overlap=0.0 if made is None else round(made.fit.overlap, 3),
        surface={} if made is None else _shares(made.texture),
    )


def _write(folder: Path, prepared: "Prepared", record: "CharacterRecord") -> None:
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

    made = prepared.character
    with write_errors(folder):
        (folder / PICTURE).write_bytes(encode_png(prepared.picture))
        if made is not None:
            (folder / CANONICAL).write_bytes(encode_png(made.canonical))
    if made is not None:
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
        raise MediaError(
            f"Cannot read {path}: {error.strerror}; name one that can be read."
        ) from error

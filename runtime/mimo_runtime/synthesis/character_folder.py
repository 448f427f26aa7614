"""A picture file made a character folder: found, matted, fitted to a body, and written."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mimo_runtime
from mimo_runtime.analysis.model_config import (
    NetworkChoice,
    facts_of,
    read_models,
    shipped_models,
)
from mimo_runtime.analysis.model_specs import DEPTH
from mimo_runtime.characters.figure import write_fit
from mimo_runtime.characters.folder import (
    CANONICAL,
    NAMES,
    PICTURE,
    TEXTURE,
    CharacterRecord,
    read_character_record,
    write_character_record,
)
from mimo_runtime.characters.texture import (
    GUESSED,
    MIRRORED,
    SEEN,
    Texture,
    write_texture,
)
from mimo_runtime.contact_sheet import Row, contact_sheet
from mimo_runtime.decomposition.stage_cache import key_of, open_stage_cache
from mimo_runtime.errors import MediaError
from mimo_runtime.files import file_hash, read_input, write_errors
from mimo_runtime.fitting.proportions import Proportions
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.matte import read_matte
from mimo_runtime.media.picture import decode_png, encode_png, on_white, read_picture
from mimo_runtime.motions.folder import new_folder
from mimo_runtime.synthesis.prepared import SIZE_PX, Prepared, prepare

PREVIEW_PX = 384


@dataclass(frozen=True, slots=True)
class CharacterOptions:
    """How a character is to be prepared.

    `size_px`: width and height of its pictures; `models`: JSON file of the user's networks;
    `person`: which one, counted from the left, None for the largest in the middle; `matte`: a
    picture file of the same size, white where the character is; `limits`: of both files.
    """

    size_px: int = SIZE_PX
    models: Path | None = None
    person: int | None = None
    matte: Path | None = None
    limits: MediaLimits = field(default_factory=MediaLimits, kw_only=True)


def character_options(values: Mapping[str, Any]) -> CharacterOptions:
    """Options by their names at the command line; what is not there is as it is by default."""
    size_px = values.get("size", SIZE_PX)
    return CharacterOptions(size_px, *(values.get(name) for name in ("models", "person", "matte")))


def made_character_folder(source: Path, target: Path, options: CharacterOptions) -> Prepared | None:
    """The same as `make_character_folder`; None where it is there already, made of the same.

    Raises BusyError where another process is at it.
    """
    key = _key(read_input(source), options)
    target = target.resolve()
    with open_stage_cache(target.with_name(f".{target.name}.preparing")):
        return None if _is_of(target, key) else make_character_folder(source, target, options)


def make_character_folder(source: Path, target: Path, options: CharacterOptions) -> Prepared:
    """Write the character folder `target` from the picture file `source`; it appears whole.

    Raises:
        MediaError: a file cannot be read, or nobody is found.
        InvalidRequestError: an option does not fit, or the target cannot be written.
    """
    data, limits = read_input(source), options.limits
    with new_folder(target, NAMES, "character") as folder:
        picture = read_picture(data, source.name, limits)
        matte = None if options.matte is None else read_matte(read_input(options.matte), limits)
        prepared = prepare(picture, matte, options.models, options.person, options.size_px)
        _write(folder, prepared)
        write_character_record(folder, _record(data, source.name, options, prepared))
    return prepared


def _is_of(target: Path, key: str) -> bool:
    try:
        return read_character_record(target).key == key
    except MediaError:
        return False


def write_character_preview(folder: Path, preview: Path) -> None:
    """Write the PNG file `preview`, which shows people a character folder: its pictures.

    Raises InvalidRequestError or ResourceError where it cannot be written.
    """
    named = {"picture": folder / PICTURE, "from the front": folder / CANONICAL}
    rows = [
        Row(label, [on_white(decode_png(read_input(path)))])
        for label, path in named.items()
        if path.is_file()
    ]
    with write_errors(preview):
        preview.write_bytes(encode_png(contact_sheet(rows, PREVIEW_PX)))


def surface_shares(texture: Texture) -> dict[str, float]:
    """Which shares of the surface were seen, mirrored and guessed."""
    named = {"seen": SEEN, "mirrored": MIRRORED, "guessed": GUESSED}
    return {name: round(texture.share(origin), 4) for name, origin in named.items()}


def _networks(options: CharacterOptions) -> dict[str, NetworkChoice]:
    choices = shipped_models() if options.models is None else read_models(options.models)
    return {slot: choice for slot, choice in choices.items() if slot != DEPTH}


def _key(data: bytes, options: CharacterOptions) -> str:
    """Of all that a character folder depends on, of which `data` is the picture."""
    matte = None if options.matte is None else file_hash(options.matte)
    networks = facts_of(_networks(options))
    parts = hashlib.sha256(data).hexdigest(), matte, networks, options.size_px, options.person
    return key_of(mimo_runtime.__version__, *parts)


def _record(
    data: bytes, name: str, options: CharacterOptions, prepared: Prepared
) -> CharacterRecord:
    made = prepared.character
    return CharacterRecord(
        source=name,
        sha256=hashlib.sha256(data).hexdigest(),
        size_px=len(prepared.picture),
        models={slot: choice.file.name for slot, choice in _networks(options).items()},
        warnings=prepared.warnings,
        guesses=() if made is None else made.guesses,
        body="" if made is None else made.fit.body.name,
        shape={} if made is None else made.fit.shape,
        proportions=Proportions() if made is None else made.fit.proportions,
        overlap=0.0 if made is None else round(made.fit.overlap, 3),
        surface={} if made is None else surface_shares(made.texture),
        key=_key(data, options),
    )


def _write(folder: Path, prepared: Prepared) -> None:
    made = prepared.character
    with write_errors(folder):
        (folder / PICTURE).write_bytes(encode_png(prepared.picture))
        if made is not None:
            (folder / CANONICAL).write_bytes(encode_png(made.canonical()))
    if made is not None:
        write_texture(folder / TEXTURE, made.texture)
        write_fit(folder, made.figure.pose, made.figure.camera, made.outfit)

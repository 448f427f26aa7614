"""A character folder.

picture.png    RGBA, the character as photographed, cropped and square: what a bundle is given
canonical.png  RGBA, the same character in the canonical A-pose from the front
texture.npz    colours of the whole surface and where each is from (`texture`)
fit.npz        how it stands in picture.png, and what hair and clothes add to the body (`figure`)
character.json what it was made of, warnings, what was guessed, the build of the body
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mimo_runtime.errors import MediaError
from mimo_runtime.files import cannot_read, write_errors
from mimo_runtime.fitting.proportions import Proportions
from mimo_runtime.wire.kinds import InputKind
from mimo_runtime.wire.prepared_files import CHARACTER_PICTURE

PICTURE, CANONICAL = CHARACTER_PICTURE, "canonical.png"
TEXTURE, FIT = InputKind.CHARACTER_TEXTURE.value, InputKind.CHARACTER_FIT.value
RECORD = InputKind.CHARACTER_RECORD.value
NAMES = (PICTURE, CANONICAL, TEXTURE, FIT, RECORD)
FORMAT, VERSION = "mimo-character", 1
SMALLEST_PX, LARGEST_PX = 64, 4096
"""Of the sides of its pictures."""


@dataclass(frozen=True, slots=True)
class CharacterRecord:
    """What character.json holds.

    Attributes:
        source, sha256: name and hash of the picture file.
        size_px: width and height of both pictures.
        models: for each slot of the analysis the network file that was used.
        warnings: what may spoil the result; kind and sentence.
        guesses: what was assumed, sentences.
        body: name of the body, "" where nobody was found: then there is picture.png only.
        shape, proportions: its build.
        overlap: of the fitted body and the matte, 0 to 1.
        surface: shares of the surface that were seen, mirrored, guessed.
        key: of all that it was made of; "" where an earlier version made it.
    """

    source: str
    sha256: str
    size_px: int
    models: Mapping[str, str]
    warnings: tuple[tuple[str, str], ...]
    guesses: tuple[str, ...]
    body: str
    shape: Mapping[str, float]
    proportions: Proportions
    overlap: float
    surface: Mapping[str, float]
    key: str = ""


def write_character_record(folder: Path, record: CharacterRecord) -> None:
    """Write character.json into `folder`."""
    content = {
        "format": FORMAT,
        "version": VERSION,
        "source": {"name": record.source, "sha256": record.sha256},
        "size_px": record.size_px,
        "models": dict(record.models),
        "warnings": [{"kind": kind, "text": text} for kind, text in record.warnings],
        "guesses": list(record.guesses),
        "body": {
            "name": record.body,
            "shape": dict(record.shape),
            "proportions": asdict(record.proportions),
            "overlap": record.overlap,
        },
        "surface": dict(record.surface),
        "key": record.key,
    }
    with write_errors(folder):
        (folder / RECORD).write_text(json.dumps(content, indent=2) + "\n")


def read_character_record(folder: Path) -> CharacterRecord:
    """Read character.json of `folder`.

    Raises MediaError where it is missing, of a newer version, or not what was written.
    """
    try:
        content = json.loads((folder / RECORD).read_bytes())
        if (content["format"], content["version"]) == (FORMAT, VERSION):
            return _record(content)
    except OSError as error:
        raise MediaError(cannot_read(folder / RECORD, error)) from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise MediaError(
            f"{RECORD} of '{folder.name}' is damaged: {error!r}; write or copy it again."
        ) from None
    raise MediaError(
        f"{RECORD} of '{folder.name}' is not of format {FORMAT} version {VERSION}; make the folder "
        "anew with 'mimo character'."
    )


def picture_of(character: Path) -> Path:
    """The picture file of a character: a picture itself, or the one in a character folder.

    Raises MediaError for a folder that is none.
    """
    if not character.is_dir():
        return character
    picture = character / PICTURE
    if not picture.is_file() or not (character / RECORD).is_file():
        raise MediaError(
            f"The folder {character} holds no prepared character ({PICTURE}, {RECORD}); give a "
            "picture, or a folder made by 'mimo character'."
        )
    read_character_record(character)
    return picture


def _record(content: dict[str, Any]) -> CharacterRecord:
    body = content["body"]
    return CharacterRecord(
        source=str(content["source"]["name"]),
        sha256=str(content["source"]["sha256"]),
        size_px=int(content["size_px"]),
        models={str(slot): str(file) for slot, file in content["models"].items()},
        warnings=tuple(
            (str(warning["kind"]), str(warning["text"])) for warning in content["warnings"]
        ),
        guesses=tuple(map(str, content["guesses"])),
        body=str(body["name"]),
        shape={str(name): float(share) for name, share in body["shape"].items()},
        proportions=Proportions(**{name: float(v) for name, v in body["proportions"].items()}),
        overlap=float(body["overlap"]),
        surface={str(name): float(share) for name, share in content["surface"].items()},
        key=str(content.get("key", "")),
    )

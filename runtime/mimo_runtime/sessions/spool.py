"""The folder that holds the inputs of one session while they arrive and are used."""

import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Set
from pathlib import Path

from mimo_runtime.errors import (
    InvalidRequestError,
    LimitExceededError,
    ProtocolError,
    ResourceError,
)
from mimo_runtime.files import link_or_copy
from mimo_runtime.sessions.inputs import InputLimits
from mimo_runtime.wire.kinds import CONFIG_FILE, FEATHER_MODES, InputKind
from mimo_runtime.wire.poses import EXTRAS, POSES_FILE
from mimo_runtime.wire.prepared_files import CHARACTER_PICTURE

FOLDER_PREFIX = "mimo-session-"

_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}")

InputKey = tuple[InputKind, str]


class Spool:
    """Takes slices of inputs in any order and keeps them as files until `close`.

    `parent` is where the folder is made; None for the system's place for temporary files.

    Raises:
        ResourceError: the disk has no room.
    """

    def __init__(self, limits: InputLimits, parent: Path | None = None) -> None:
        try:
            self.folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX, dir=parent))
            self.template_folder = self.folder / "template"
            (self.template_folder / EXTRAS).mkdir(parents=True)
            self._character_folder = self.folder / "prepared"
            self._character_folder.mkdir()
        except OSError as error:
            raise ResourceError(
                f"The server has no room for another stream's files: {error.strerror}; try again "
                "later."
            ) from error
        self._limits = limits
        self._bytes: dict[InputKey, int] = {}
        self._ended: set[InputKey] = set()

    def append(self, kind: InputKind, name: str, data: bytes, last: bool) -> None:
        """Add the next slice of an input; `name` as in `InputChunk`.

        Raises:
            InvalidRequestError: a feather mask has an unknown name.
            ProtocolError: the input has ended before.
            LimitExceededError: the input, or all inputs together, are larger than allowed.
            ResourceError: the disk is full.
        """
        check_name(kind, name)
        key = (kind, Path(name).suffix.lower() if kind is InputKind.MOTION_FILE else name)
        if key in self._ended:
            raise ProtocolError(
                f"{_called(key)} was sent again after its last slice; send it once."
            )
        self._count(key, len(data))
        try:
            with self._path(key).open("ab") as file:
                file.write(data)
        except OSError as error:
            raise ResourceError(
                f"{_called(key)} cannot be stored: {error.strerror}; try again when the server's "
                "disk has room."
            ) from error
        if last:
            self._ended.add(key)

    def adopt(self, kind: InputKind, name: str, file: Path) -> None:
        """Take a whole input that lies on this machine, without copying it where that can be.

        Raises:
            InvalidRequestError: a name cannot be used.
            ProtocolError: the input is there already.
            LimitExceededError: the input, or all inputs together, are larger than allowed.
            ResourceError: the disk is full, or the file has gone.
        """
        check_name(kind, name)
        key = (kind, Path(name).suffix.lower() if kind is InputKind.MOTION_FILE else name)
        if key in self._bytes:
            raise ProtocolError(f"{_called(key)} came twice; send or name it once.")
        try:
            self._count(key, file.stat().st_size)
            link_or_copy(file, self._path(key))
        except OSError as error:
            raise ResourceError(
                f"{_called(key)} cannot be stored: {error.strerror}; try again when the server's "
                "disk has room."
            ) from error
        self._ended.add(key)

    def finish(self) -> None:
        """Check that every input that was begun has ended, and put prepared characters together.

        Raises:
            ProtocolError: naming an input that has not.
            InvalidRequestError: files of a prepared character are missing.
        """
        for key in self._bytes:
            if key not in self._ended:
                raise ProtocolError(
                    f"{_called(key)} was cut off: its {self._bytes[key]} bytes came without a "
                    "last slice. Mark the last slice of every input."
                )
        if check_character(self.kinds()):
            picture = self._path((InputKind.CHARACTER, ""))
            link_or_copy(picture, self._character_folder / CHARACTER_PICTURE)

    def character(self) -> Path:
        """The picture of the character, in its folder where that came too; after `finish`.

        Raises:
            InvalidRequestError: none was sent.
        """
        prepared = self._character_folder / CHARACTER_PICTURE
        found = prepared if prepared.is_file() else self.file(InputKind.CHARACTER)
        if found is None:
            raise InvalidRequestError("No picture of the character was sent; send one.")
        return found

    def has(self, announced: Set[InputKind]) -> bool:
        """Whether all inputs of these kinds have ended; of feather masks all of them."""
        ended = Counter(kind for kind, _ in self._ended)
        masks = len(FEATHER_MODES)
        return all(
            ended[kind] >= (masks if kind is InputKind.FEATHER_MASK else 1) for kind in announced
        )

    def file(self, kind: InputKind) -> Path | None:
        """The file of one input, or None when it was not sent."""
        found = (key for key in self._bytes if key[0] is kind and key in self._ended)
        return next(map(self._path, found), None)

    def kinds(self) -> set[InputKind]:
        """Of all inputs that have ended."""
        return {kind for kind, _ in self._ended}

    def files(self) -> dict[str, Path]:
        """The file of every input that has ended, by what sentences call it."""
        return {
            f"{kind.value} {name}".rstrip(): self._path((kind, name)) for kind, name in self._ended
        }

    def feather_masks(self) -> dict[str, Path]:
        """The picture files of the feather masks that were sent, by mode."""
        return {
            name: self._path((kind, name))
            for kind, name in self._ended
            if kind is InputKind.FEATHER_MASK
        }

    def close(self) -> None:
        """Remove the folder and all in it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _count(self, key: InputKey, more_bytes: int) -> None:
        size_bytes = self._bytes.get(key, 0) + more_bytes
        limit_bytes = self._limits.max_bytes(key[0])
        if size_bytes > limit_bytes:
            raise LimitExceededError(
                f"{_called(key)} is larger than {limit_bytes} bytes, the most this server "
                "accepts; send a smaller file."
            )
        self._bytes[key] = size_bytes
        if sum(self._bytes.values()) > self._limits.max_total_bytes:
            raise LimitExceededError(
                f"The inputs together are larger than {self._limits.max_total_bytes} bytes, the "
                "most this server accepts; send smaller files."
            )

    def _path(self, key: InputKey) -> Path:
        kind, name = key
        if kind is InputKind.TEMPLATE_CONFIG:
            return self.template_folder / CONFIG_FILE
        if kind is InputKind.POSES:
            return self.template_folder / EXTRAS / POSES_FILE
        if kind.is_video:
            return self.template_folder / f"{kind.value}.mp4"
        if kind.is_of_character:
            return self._character_folder / str(kind.value)
        if kind is InputKind.MOTION_FILE:  # what kind of file it is shows in its ending
            return self.folder / f"motion_file{name}"
        return self.folder / f"{kind.name.lower()}{name}"


def check_character(kinds: Set[InputKind]) -> bool:
    """Whether inputs of these kinds hold a prepared character.

    Raises:
        InvalidRequestError: they hold a part of one.
    """
    needed = {kind for kind in InputKind if kind.is_of_character}
    if not kinds & needed:
        return False
    if missing := sorted(kind.value for kind in (needed | {InputKind.CHARACTER}) - kinds):
        raise InvalidRequestError(
            f"Of the prepared character {' and '.join(missing)} did not come; send all of it, or "
            "its picture alone."
        )
    return True


def check_name(kind: InputKind, name: str) -> None:
    """Check the name of an input, as `InputChunk` has it.

    Raises:
        InvalidRequestError: an input of this kind cannot have it.
    """
    if kind is InputKind.FEATHER_MASK and name not in FEATHER_MODES:
        raise InvalidRequestError(
            f"'{name[:40]}' is no feather mask; the names are {', '.join(FEATHER_MODES)}."
        )
    if kind is InputKind.MOTION_FILE:
        if not _ENDING.fullmatch(Path(name).suffix):
            raise InvalidRequestError(
                f"The motion file is called '{name[:40]}'; name it in each chunk, with the ending "
                "that says what kind it is, such as walk.bvh."
            )
    elif kind is not InputKind.FEATHER_MASK and name:
        raise InvalidRequestError(
            f"Only feather masks and motion files have a name; '{kind.value}' has none."
        )


def _called(key: InputKey) -> str:
    kind, name = key
    return f"The input '{kind.value} {name}'" if name else f"The input '{kind.value}'"

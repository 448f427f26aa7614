"""The files that a client sends, cut into the chunks of the wire."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.errors import InvalidRequestError, MediaError, TemplateError
from mimo_runtime.files import cannot_read
from mimo_runtime.wire.enums import INPUTS, number_of
from mimo_runtime.wire.kinds import FEATHER_MODES
from mimo_runtime.wire.prepared_files import template_files

SLICE_BYTES = 256 * 1024
PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".avif", ".heic")


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file to send and what it is; `name` is the mode of a feather mask, else empty.

    `data` is what is sent where that is not what lies at `path` but was made of it.
    """

    path: Path
    input: pb.Input.ValueType
    name: str = ""
    data: bytes | None = None

    def check(self) -> None:
        """Check that the file can be read.

        Raises:
            MediaError: it cannot.
        """
        try:
            self.path.open("rb").close()
        except OSError as error:
            raise MediaError(cannot_read(self.path, error)) from error

    def chunks(self) -> Iterator[pb.InputChunk]:
        """The file in slices, then the mark of its end."""
        with self.path.open("rb") if self.data is None else io.BytesIO(self.data) as file:
            for data in iter(partial(file.read, SLICE_BYTES), b""):
                yield pb.InputChunk(input=self.input, name=self.name, data=data)
        yield pb.InputChunk(input=self.input, name=self.name, last=True)


@dataclass(frozen=True, slots=True)
class Inputs:
    """The files of one synthesis: a picture, what drives it, and what may go with them.

    `template` is a folder; in its stead `driving` is a video that the server takes apart, or
    `motion_file` a motion that it draws in front of `scene`, a picture or a video. `matte` is a
    picture, white where the character is; `feather_masks` a folder of alpha2_<mode>.png.
    What the server has already is left out.
    """

    character: Path | None = None
    template: Path | None = None
    matte: Path | None = None
    feather_masks: Path | None = None
    driving: Path | None = None
    motion_file: Path | None = None
    scene: Path | None = None

    def files(self) -> list[InputFile]:
        """Every file to send, found to be readable.

        Raises:
            MediaError: a file cannot be read.
            TemplateError: the template is no folder.
            InvalidRequestError: the folder of feather masks holds none.
        """
        files = []
        if self.character is not None:
            files.append(InputFile(self.character, pb.INPUT_CHARACTER))
        if self.matte is not None:
            files.append(InputFile(self.matte, pb.INPUT_MATTE))
        if self.driving is not None:
            files.append(InputFile(self.driving, pb.INPUT_DRIVING))
        if self.motion_file is not None:
            files.append(InputFile(self.motion_file, pb.INPUT_MOTION_FILE, self.motion_file.name))
        if self.scene is not None:
            files.append(InputFile(self.scene, _scene_input(self.scene)))
        if self.template is not None:
            files += _template_files(self.template)
        if self.feather_masks is not None:
            files += _feather_files(self.feather_masks)
        for file in files:
            file.check()
        return files


def _scene_input(scene: Path) -> pb.Input.ValueType:
    """A picture for the endings of pictures, else a video; what it really is the server finds."""
    is_picture = scene.suffix.lower() in PICTURE_SUFFIXES
    return pb.INPUT_SCENE_PICTURE if is_picture else pb.INPUT_SCENE


def _template_files(folder: Path) -> list[InputFile]:
    """The files that are there; what is missing is for the server to say."""
    if not folder.is_dir():
        raise TemplateError(f"The template {folder} is no folder; give one with vid, sdc and bk.")
    return [
        InputFile(path, number_of(INPUTS, kind), data=data)
        for kind, path, data in template_files(folder)
    ]


def _feather_files(folder: Path) -> list[InputFile]:
    files = [
        InputFile(path, pb.INPUT_FEATHER_MASK, mode)
        for mode in FEATHER_MODES
        if (path := folder / f"alpha2_{mode}.png").is_file()
    ]
    if not files:
        raise InvalidRequestError(
            f"{folder} holds no feather masks (alpha2_<mode>.png); give a folder that does, or "
            "none."
        )
    return files

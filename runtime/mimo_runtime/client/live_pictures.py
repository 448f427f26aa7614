"""What a live stream shows: pictures that are sent, and what is named of the server's."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.client.inputs import InputFile

_CHARACTER = (
    pb.INPUT_CHARACTER,
    pb.INPUT_CHARACTER_TEXTURE,
    pb.INPUT_CHARACTER_FIT,
    pb.INPUT_CHARACTER_RECORD,
)
_SCENE = (pb.INPUT_SCENE,)


@dataclass(frozen=True, slots=True)
class LivePictures:
    """The pictures of a live stream: `matte` is white where the character is.

    What lies on the server already is left out and named by `assets`: a prepared character, and the
    scene of a prepared template, whose first frame is taken.
    """

    character: Path | None = None
    scene: Path | None = None
    matte: Path | None = None
    assets: tuple[pb.AssetInput, ...] = ()

    def files(self) -> list[InputFile]:
        """Every file to send, found to be readable. Raises MediaError where one cannot be read."""
        given = (
            (self.character, pb.INPUT_CHARACTER),
            (self.scene, pb.INPUT_SCENE_PICTURE),
            (self.matte, pb.INPUT_MATTE),
        )
        files = [InputFile(path, kind) for path, kind in given if path is not None]
        for file in files:
            file.check()
        return files

    def with_prepared(self, assets: Iterable[pb.AssetInput]) -> "LivePictures":
        """The same with what of `assets`, of prepared things, a live stream takes and lacks."""
        wanted = (*(() if self.character else _CHARACTER), *(() if self.scene else _SCENE))
        return replace(self, assets=tuple(each for each in assets if each.input in wanted))

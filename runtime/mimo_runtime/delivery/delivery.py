"""How a result is to be delivered; what cannot be is refused before the work."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.frame_folder import FrameFormat
from mimo_runtime.wire.kinds import OutputKind, output_kind

MOVIE_SUFFIXES: Final = (".mp4", ".mov")
EXR: Final = (FrameFormat.EXR, FrameFormat.EXR32)
_DEEP_PICTURES: Final = (FrameFormat.PNG16, FrameFormat.TIFF16, FrameFormat.EXR32)


class MovieFormat(StrEnum):
    """What a video file holds."""

    H264 = "h264"
    HEVC = "hevc"
    PRORES = "prores4444"
    DNXHR = "dnxhr"


class AlphaMode(StrEnum):
    """Whether the person is delivered alone, and what colours are multiplied with."""

    NONE = "none"
    STRAIGHT = "straight"
    PREMULTIPLIED = "premultiplied"


class PlateHolds(StrEnum):
    """What a plate shows: the scene without anybody, or the driving video."""

    SCENE = "scene"
    DRIVING = "driving"


@dataclass(frozen=True, slots=True)
class ScenePlate:
    """A scene in its own depth: a video, a picture, or pictures with #### for their number.

    `space` None is scene-linear Rec.709 of EXR files and sRGB of others; `first_frame` is the
    number of the picture of the clip's first frame.
    """

    path: Path
    first_frame: int
    space: str | None = None
    holds: PlateHolds = PlateHolds.SCENE

    @property
    def is_movie(self) -> bool:
        """Whether it is a video file."""
        return self.path.suffix.lower() in (".mp4", ".mov", ".mkv", ".mxf", ".webm", ".avi")


@dataclass(frozen=True, slots=True)
class Delivery:
    """All that is asked of an output.

    Attributes:
        pictures: of an output that is a folder.
        movie: of one that is a file; None: H.264 in .mp4, ProRes 4444 in .mov.
        first_frame: number of the clip's first frame.
        timecode: of that frame, "HH:MM:SS:FF", with ; before FF where frames are dropped.
        alpha: STRAIGHT or PREMULTIPLIED deliver the person alone.
        layers: EXR pictures get all layers beside the frame.
        space: colour space of the output; None: scene-linear Rec.709 in EXR, else sRGB.
        ocio: OpenColorIO configuration that names spaces; None for the built-in ones.
        plate: what the scene is taken from; None for the template.
    """

    pictures: FrameFormat = FrameFormat.PNG
    movie: MovieFormat | None = None
    first_frame: int = 1
    timecode: str | None = None
    alpha: AlphaMode = AlphaMode.NONE
    layers: bool = False
    space: str | None = None
    ocio: Path | None = None
    plate: ScenePlate | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any], first_frame: int) -> "Delivery":
        """By the names of a shot file, of which those that are missing or None are the usual.

        Raises InvalidRequestError where something is said of a plate, and there is none.
        """
        given = {name: value for name, value in values.items() if value is not None}
        return cls(
            FrameFormat(given.get("picture_format", FrameFormat.PNG)),
            MovieFormat(given["movie_format"]) if "movie_format" in given else None,
            first_frame,
            given.get("timecode"),
            AlphaMode(given.get("alpha", AlphaMode.NONE)),
            given.get("layers", False),
            given.get("space"),
            given.get("ocio"),
            _plate(given, first_frame),
        )

    def asked(self) -> dict[str, str]:
        """The inverse of `of`, of what is not the usual, as text."""
        values: dict[str, Any] = {
            "picture_format": None if self.pictures is FrameFormat.PNG else self.pictures,
            "movie_format": self.movie,
            "timecode": self.timecode,
            "alpha": None if self.alpha is AlphaMode.NONE else self.alpha,
            "layers": self.layers or None,
            "space": self.space,
            "ocio": self.ocio,
        }
        if (plate := self.plate) is not None:
            values |= {"plate": plate.path, "plate_first_frame": plate.first_frame}
            values |= {"plate_space": plate.space, "plate_holds": plate.holds}
        return {name: str(value) for name, value in values.items() if value is not None}

    @property
    def needs_layers(self) -> bool:
        """Whether it can only be made of frames that come with their layers."""
        return self.layers or self.alpha is not AlphaMode.NONE or self.plate is not None

    def wants_layers(self, output: Path) -> bool:
        """Whether more than 8 bits, or layers, are to be in `output`."""
        if delivered_kind(output) is OutputKind.VIDEO:
            return self.needs_layers or self.movie_of(output) is not MovieFormat.H264
        return self.needs_layers or self.pictures in _DEEP_PICTURES

    def movie_of(self, output: Path) -> MovieFormat:
        """What the video file `output` holds."""
        if self.movie is not None:
            return self.movie
        return MovieFormat.PRORES if output.suffix.lower() == ".mov" else MovieFormat.H264

    def space_of(self, output: Path) -> str:
        """The colour space of `output`."""
        in_exr = delivered_kind(output) is OutputKind.LOSSLESS and self.pictures in EXR
        return self.space or ("lin_rec709" if in_exr else "srgb")


def _plate(given: Mapping[str, Any], first_frame: int) -> ScenePlate | None:
    space, number = given.get("plate_space"), given.get("plate_first_frame")
    if "plate" not in given:
        if space is not None or number is not None:
            raise InvalidRequestError(
                "The plate's colour space or first frame is given, and no plate; give one, or "
                "leave them out."
            )
        return None
    holds = PlateHolds(given.get("plate_holds", PlateHolds.SCENE))
    return ScenePlate(given["plate"], first_frame if number is None else number, space, holds)


def delivered_kind(output: Path) -> OutputKind:
    """A video or pictures. Raises InvalidRequestError where it is neither."""
    return output_kind(output, MOVIE_SUFFIXES)


DELIVERY: Final = (
    *("picture_format", "movie_format", "alpha", "layers", "timecode", "space", "ocio"),
    *("plate", "plate_space", "plate_first_frame", "plate_holds"),
)
"""The names of `Delivery.of`."""
OF_A_KIND: Final = ("picture_format", "movie_format", "alpha", "layers", "space")
"""Those that say how one kind of output is written, and nothing of others."""

"""The kinds of what is sent and delivered, and the names of the files of a template."""

from enum import Enum
from pathlib import Path

from mimo_runtime.errors import InvalidRequestError

VIDEO_SUFFIXES = (".mp4", ".webm", ".mkv")
CONFIG_FILE = "config.json"
FEATHER_MODES = (
    "up_down_left_right",
    "left_right_up",
    "left_right_down",
    "up_down_left",
    "up_down_right",
    "left_right",
    "up_down",
    "left_up",
    "right_up",
    "left_down",
    "right_down",
    "left",
    "right",
    "up",
    "down",
    "inner",
)


class InputKind(Enum):
    """An input; the value is what sentences call it, for a stream also the stem of its file, of a
    prepared character its name.
    """

    CHARACTER = "character"
    MATTE = "matte"
    SOURCE = "vid"
    MOTION = "sdc"
    SCENE = "bk"
    OCCLUSION = "occ"
    TEMPLATE_CONFIG = CONFIG_FILE
    FEATHER_MASK = "feather mask"
    POSES = "poses"
    SCENE_PICTURE = "scene picture"
    DRIVING = "driving video"
    MOTION_FILE = "motion file"
    CHARACTER_TEXTURE = "texture.npz"
    CHARACTER_FIT = "fit.npz"
    CHARACTER_RECORD = "character.json"

    @property
    def is_video(self) -> bool:
        """Whether it is a stream of the template."""
        return self in (self.SOURCE, self.MOTION, self.SCENE, self.OCCLUSION)

    @property
    def is_of_template(self) -> bool:
        """Whether it is a file of the template."""
        return self.is_video or self in (self.TEMPLATE_CONFIG, self.POSES)

    @property
    def is_of_character(self) -> bool:
        """Whether it is of a prepared character, beside its picture."""
        return self in (self.CHARACTER_TEXTURE, self.CHARACTER_FIT, self.CHARACTER_RECORD)


class JobTask(Enum):
    """What a job makes."""

    VIDEO = "video"
    TEMPLATE = "template"
    CHARACTER = "character"


MANIFEST_SUFFIX = ".c2pa"  # beside a video that was signed in fragments, under its name


class OutputKind(Enum):
    """How finished frames are delivered."""

    VIDEO = "video"
    LOSSLESS = "lossless"


def output_kind(output: Path, suffixes: tuple[str, ...] = (".mp4",)) -> OutputKind:
    """What `output` is to be: a video for a name that ends in one of `suffixes`, pictures for a
    folder.

    Raises:
        InvalidRequestError: it is neither.
    """
    if output.suffix.lower() in suffixes:
        return OutputKind.VIDEO
    if output.suffix == "" or output.is_dir():
        return OutputKind.LOSSLESS
    raise InvalidRequestError(
        f"The output {output} is of a kind that is not written; give a name that ends in "
        f"{' or '.join(suffixes)}, or one without a suffix for a folder of PNG pictures."
    )

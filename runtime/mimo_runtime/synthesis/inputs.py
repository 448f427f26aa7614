"""The files of one synthesis, and the request that they make."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mimo_runtime.bundle import Manifest
from mimo_runtime.files import read_input
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.matte import read_matte
from mimo_runtime.media.picture import read_picture
from mimo_runtime.media.stop import NEVER, Stop
from mimo_runtime.synthesis.feather import feather_masks_from_pictures
from mimo_runtime.synthesis.figures import folder_of
from mimo_runtime.synthesis.request import SynthesisRequest
from mimo_runtime.synthesis.resolved import resolved_settings
from mimo_runtime.templates.folder import open_template
from mimo_runtime.templates.poses import template_poses
from mimo_runtime.wire.settings import Settings

if TYPE_CHECKING:
    from mimo_runtime.characters.figure import Figure


@dataclass(frozen=True, slots=True)
class InputFiles:
    """Where the inputs lie; `feather_masks` by mode, empty for the built-in ones."""

    character: Path
    template: Path
    matte: Path | None = None
    feather_masks: Mapping[str, Path] = field(default_factory=dict)


def request_from(
    files: InputFiles,
    settings: Settings,
    limits: MediaLimits,
    manifest: Manifest,
    stop: Stop = NEVER,
) -> SynthesisRequest:
    """Read the pictures and open the template, as much of it as the mode takes.

    `stop` ends the wait for decoders from outside; its errors are raised.

    Raises:
        MediaError: a picture is empty, damaged or of a kind that is not accepted.
        TemplateError: the template cannot be used, or has no postures and the bundle needs them.
        InvalidRequestError: a feather mask is missing.
        LimitExceededError: something is larger than `limits` allow.
    """
    rules = resolved_settings(settings, manifest).rules
    masks = {mode: read_input(path) for mode, path in files.feather_masks.items()}
    template = open_template(files.template, limits, max_frames=rules.max_frames, stop=stop)
    if manifest.paints_human:
        template_poses(template)  # refused here, before anybody waits for the character
    return SynthesisRequest(
        character=read_picture(read_input(files.character), files.character.name, limits, stop),
        template=template,
        settings=settings,
        matte=None if files.matte is None else read_matte(read_input(files.matte), limits, stop),
        feather=feather_masks_from_pictures(masks) if masks else None,
        prepared=folder_of(files.character),
    )


def figure_from_files(
    character: Path, matte: Path | None, limits: MediaLimits, warn: Callable[[str], None]
) -> "Figure":
    """The figure of a picture file, made now or, for a character folder's, read.

    `warn` is told what may spoil it.

    Raises:
        MediaError: a file cannot be read, or nobody is found.
        InvalidRequestError: the matte has another size.
    """
    from mimo_runtime.characters.figure import read_figure
    from mimo_runtime.synthesis.prepared import prepare

    if (folder := folder_of(character)) is not None:
        return read_figure(folder)
    picture = read_picture(read_input(character), character.name, limits)
    alpha = None if matte is None else read_matte(read_input(matte), limits)
    prepared = prepare(picture, alpha)
    for _, text in prepared.warnings:
        warn(text)
    return prepared.figure()

"""Requests for jobs in tests."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.feather import FeatherMasks, feather_masks_from_pictures, mask_files
from mimo_runtime.synthesis.request import OutputFrame, SynthesisRequest
from mimo_runtime.templates.folder import open_template
from mimo_runtime.wire.progress import Progress
from mimo_runtime.wire.settings import Settings


def opened(path: Path, mode: str) -> NDArray[np.uint8]:
    with Image.open(path) as picture:
        return np.array(picture.convert(mode))


def official_masks(folder: Path) -> FeatherMasks:
    return feather_masks_from_pictures(
        {mode: path.read_bytes() for mode, path in mask_files(folder).items()}
    )


def golden_request(folder: Path, **settings: Any) -> SynthesisRequest:
    """What the official edit was recorded with."""
    return SynthesisRequest(
        character=opened(folder / "ref_image.png", "RGB"),
        template=open_template(folder / "template", MediaLimits()),
        settings=Settings(**settings),
        matte=opened(folder / "ref_alpha.png", "L"),
        feather=official_masks(folder / "masks"),
    )


def small_request(template: Path, character: Path, **settings: Any) -> SynthesisRequest:
    """A request for the bundle that ships."""
    return SynthesisRequest(
        character=opened(character, "RGBA"),
        template=open_template(template, MediaLimits()),
        settings=Settings(**settings),
    )


def ignore(progress: Progress) -> None:
    """Progress for nobody."""


def all_frames(synthesizer: Synthesizer, request: SynthesisRequest) -> list[OutputFrame]:
    """Every frame of a job that nobody stops."""
    return list(synthesizer.start(request, CancellationToken(), ignore).frames())


def with_solver(bundle: Path, target: Path, **settings: Any) -> Path:
    """A copy of a bundle with other noise scheduler settings."""
    shutil.copytree(bundle, target)
    values = json.loads((target / "bundle.json").read_text())
    values["solver"] |= settings
    (target / "bundle.json").write_text(json.dumps(values))
    return target

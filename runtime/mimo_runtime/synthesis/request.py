"""One synthesis as it is asked for, and what is told while it runs."""

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.planning.segments import Part
from mimo_runtime.synthesis.feather import FeatherMasks
from mimo_runtime.synthesis.frame_layers import FrameLayers
from mimo_runtime.templates.folder import Template
from mimo_runtime.wire.settings import Settings


@dataclass(frozen=True, slots=True)
class SynthesisRequest:
    """Character, motion and scene of one video.

    `character` uint8 [height, width, 3 or 4]; `matte` uint8 [height, width] or None when the
    picture has an alpha channel; `feather` None for the built-in masks; `prepared` the character
    folder that the picture is of, None where it is of none; `part` the frames that are made, None
    for all; `layers` whether frames come with what they were put together of.
    """

    character: NDArray[np.uint8]
    template: Template
    settings: Settings = field(default_factory=Settings)
    matte: NDArray[np.uint8] | None = None
    feather: FeatherMasks | None = None
    prepared: Path | None = None
    part: Part | None = None
    layers: bool = False


@dataclass(frozen=True, slots=True)
class OutputFormat:
    """The video that a synthesis will deliver.

    `truncated_frames` of the template's time crop are not in it, since the mode takes no more.
    """

    width_px: int
    height_px: int
    rate_fps: Fraction
    frame_count: int
    truncated_frames: int = 0


@dataclass(frozen=True, slots=True)
class OutputFrame:
    """One finished frame: `rgb` uint8 [height, width, 3], shown `timestamp_s` after the first.

    `layers` where they were asked for.
    """

    index: int
    timestamp_s: float
    rgb: NDArray[np.uint8]
    layers: FrameLayers | None = field(default=None, kw_only=True)

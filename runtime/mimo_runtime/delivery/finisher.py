"""What is made of each rendered frame before it is written."""

from collections.abc import Generator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats
from mimo_runtime.delivery.colour import WORKING, conversion
from mimo_runtime.delivery.delivery import AlphaMode, Delivery, PlateHolds
from mimo_runtime.delivery.finishing import (
    Picture,
    Spaces,
    composed,
    cut_out,
    picture_of_layers,
    unit,
)
from mimo_runtime.delivery.plate_frames import check_plate, plate_frames, plate_space
from mimo_runtime.synthesis.frame_layers import FrameLayers


@dataclass(frozen=True, slots=True)
class DeliveredClip:
    """What is delivered: frames of `size_px` (width, height), of the clip those in `frames`."""

    size_px: tuple[int, int]
    rate_fps: Fraction
    frames: range


class Finisher:
    """Frames in turn as `delivery` wants them in `output`.

    Raises:
        InvalidRequestError: a colour space is not there.
        MediaError: pictures of the plate are missing.
    """

    def __init__(self, output: Path, delivery: Delivery, clip: DeliveredClip) -> None:
        self._delivery = delivery
        self.space = delivery.space_of(output)
        plate = delivery.plate
        source = WORKING if plate is None else plate_space(plate)
        self._spaces = Spaces(
            conversion(WORKING, self.space, delivery.ocio),
            conversion(source, WORKING, delivery.ocio),
            conversion(source, self.space, delivery.ocio),
        )
        self._plates: Generator[Floats] | None = None
        if plate is not None:
            check_plate(plate, clip.frames)
            self._plates = plate_frames(plate, clip.frames, clip.size_px)

    def picture(self, rgb: NDArray[np.uint8], layers: FrameLayers | None) -> Picture:
        """The next frame, of `rgb` alone where there are no layers.

        Raises MediaError where a plate cannot be read.
        """
        if layers is None:
            return Picture(self._spaces.to_output(unit(rgb)))
        plate = next(self._plates) if self._plates else None
        if self._delivery.alpha is not AlphaMode.NONE:
            premultiplied = self._delivery.alpha is AlphaMode.PREMULTIPLIED
            return Picture(*cut_out(layers, self._spaces, premultiplied))
        holds = self._delivery.plate.holds if self._delivery.plate else PlateHolds.SCENE
        frame, scene = composed(layers, self._spaces, plate, holds)
        if self._delivery.layers:
            return picture_of_layers(layers, self._spaces, frame, scene)
        return Picture(frame)

    def close(self) -> None:
        """End what reads the plate."""
        if self._plates:
            self._plates.close()

"""Finding the people in a frame."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.analysis.bbox import BBox
from mimo_runtime.analysis.letterbox import Letterbox
from mimo_runtime.analysis.model import Network
from mimo_runtime.analysis.person import DetectedPerson, distinct
from mimo_runtime.analysis.tiles import tiles_of
from mimo_runtime.analysis.tuning import TUNING
from mimo_runtime.arrays import Floats, Pixels
from mimo_runtime.errors import InvalidRequestError

FEWEST_SURE = 0.2
TILINGS = (1, 2, 4)
_KEYPOINT_NUMBERS = 51
_HUES, _SATURATIONS, _VALUES = 12, 3, 4


class PersonDetector:
    """People in a frame, with a network of slot `people`.

    A person needs a score of `FEWEST_SURE`; `tiles` (1, 2 or 4) are looked at beside the whole
    frame, to find small people. One more tile costs one more run of the network.

    Raises:
        InvalidRequestError: another number of tiles.
    """

    def __init__(self, network: Network, tiles: int = 1) -> None:
        if tiles not in TILINGS:
            raise InvalidRequestError(
                f"People cannot be looked for in {tiles} tiles; there can be 1, 2 or 4."
            )
        self._network = network
        self._tiles = tiles

    def find(self, pixels: Pixels) -> tuple[DetectedPerson, ...]:
        """The people in `pixels`, uint8 [height, width, 3], the surest first."""
        height_px, width_px = pixels.shape[:2]
        people: list[DetectedPerson] = []
        for part in tiles_of(width_px, height_px, self._tiles):
            size = (self._network.width_px, self._network.height_px)
            box = Letterbox.fitting(part, *size)
            (rows,) = self._network.run(box.picture(pixels, *size)).values()
            in_tile = decode_people(rows[0], box, *size, threshold=FEWEST_SURE)
            people += [
                person for person in in_tile if not cut_off(person.box, part, width_px, height_px)
            ]
        boxed = [_inside(person, width_px, height_px) for person in distinct(people)]
        return tuple(_dressed(person, pixels) for person in boxed if person.box.area > 0)


def decode_people(
    rows: NDArray[Any], box: Letterbox, width_px: int, height_px: int, threshold: float
) -> list[DetectedPerson]:
    """People in frame px, out of the network's rows.

    Args:
        rows: float32 [n, 56], see slot `people` of `model_specs`.
        box: how the frame lies in the picture of `width_px` times `height_px`.
        threshold: the score that a person needs.
    """
    people = []
    for row in rows[rows[:, 55] >= threshold]:
        points = row[:_KEYPOINT_NUMBERS].reshape(17, 3)
        x, y = box.to_frame(points[:, 1] * width_px, points[:, 0] * height_px)
        keypoints = np.stack([x, y, points[:, 2]], axis=1).astype(np.float32)
        left, top = box.to_frame(row[52] * width_px, row[51] * height_px)
        right, bottom = box.to_frame(row[54] * width_px, row[53] * height_px)
        region = BBox(float(left), float(top), float(right), float(bottom))
        people.append(DetectedPerson(region, keypoints, float(row[55])))
    return people


def cut_off(box: BBox, part: BBox, width_px: int, height_px: int) -> bool:
    """Whether the tile `part` may end inside the person: the whole frame or a neighbour has it."""
    room = TUNING.tile_edge * part.width, TUNING.tile_edge * part.height
    return (
        (part.left > 0 and box.left < part.left + room[0])
        or (part.top > 0 and box.top < part.top + room[1])
        or (part.right < width_px and box.right > part.right - room[0])
        or (part.bottom < height_px and box.bottom > part.bottom - room[1])
    )


def clothes_colours(pixels: Pixels, person: DetectedPerson) -> Floats:
    """A histogram of the colours of the person's torso, float32 [144] of sum 1.

    Of the middle of the box where shoulders and hips are not known; empty where that is outside.
    """
    part = (person.torso() or _middle(person.box)).within(pixels.shape[1], pixels.shape[0])
    cut = pixels[int(part.top) : int(part.bottom) + 1, int(part.left) : int(part.right) + 1]
    if cut.size == 0:
        return np.zeros(0, np.float32)
    hsv = cv2.cvtColor(cv2.resize(cut, (24, 32), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2HSV)
    sizes = [_HUES, _SATURATIONS, _VALUES]
    counts = cv2.calcHist([hsv], [0, 1, 2], None, sizes, [0, 180, 0, 256, 0, 256])
    return np.asarray(counts.ravel() / counts.sum(), np.float32)


def _middle(box: BBox) -> BBox:
    return BBox(
        box.left + 0.3 * box.width,
        box.top + 0.2 * box.height,
        box.left + 0.7 * box.width,
        box.top + 0.55 * box.height,
    )


def _inside(person: DetectedPerson, width_px: int, height_px: int) -> DetectedPerson:
    region = person.box
    if person.sure.any():
        region = region.joined(BBox.around(person.keypoints[person.sure]))
    return DetectedPerson(region.within(width_px, height_px), person.keypoints, person.score)


def _dressed(person: DetectedPerson, pixels: Pixels) -> DetectedPerson:
    colours = clothes_colours(pixels, person)
    return DetectedPerson(person.box, person.keypoints, person.score, colours)

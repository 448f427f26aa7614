"""The soft mask of one person."""

from collections.abc import Sequence

import cv2
import numpy as np

from mimo_runtime.analysis.mask_edge import refined
from mimo_runtime.analysis.model import Network
from mimo_runtime.analysis.model_specs import LOGITS
from mimo_runtime.analysis.pose_estimate import PoseEstimate, sigmoid
from mimo_runtime.analysis.square_crop import SquareCrop
from mimo_runtime.analysis.tuning import TUNING
from mimo_runtime.arrays import Floats, Pixels


class PersonSegmenter:
    """Masks of people, with the body's own mask and, where given, a network of slot `matte`.

    The matte knows people but not who is who, and takes in some of what is around them; it is
    believed where the body's mask is in doubt and no other body is surer. The edge follows the
    picture's.
    """

    def __init__(self, matte: Network | None = None) -> None:
        self._matte = matte

    def find(
        self, pixels: Pixels, body: PoseEstimate, others: Sequence[PoseEstimate] = ()
    ) -> Floats:
        """How much of each pixel is `body`, float32 [height, width], 0..1.

        Args:
            pixels: the frame, uint8 [height, width, 3].
            body: whose mask is wanted.
            others: the other bodies in the frame.
        """
        return refined(self.find_in_crop(pixels, body, others), body.crop, pixels)

    def find_in_crop(
        self, pixels: Pixels, body: PoseEstimate, others: Sequence[PoseEstimate] = ()
    ) -> Floats:
        """The same in the picture of the body's crop, float32 [size, size]; 0 beyond the frame."""
        size_px = body.mask.shape[0]
        mask = body.mask * body.crop.inside(pixels.shape[1], pixels.shape[0], size_px)
        if self._matte is not None:
            mask = joined(mask, people_plane(self._matte, pixels, body.crop, size_px))
        return without_others(mask, body.crop, others)


def people_plane(matte: Network, pixels: Pixels, crop: SquareCrop, size_px: int) -> Floats:
    """What of the crop is people, float32 [size_px, size_px] 0..1; 0 beyond the frame."""
    square = max(matte.height_px, matte.width_px)
    picture = crop.picture(pixels, square)
    size = (matte.width_px, matte.height_px)
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    plane = matte.plane(np.asarray(small, np.uint8))
    if matte.choice.meaning == LOGITS:
        plane = sigmoid(plane)
    levels = np.asarray(cv2.resize(plane, (size_px, size_px)), np.float32).clip(0, 1)
    return levels * crop.inside(pixels.shape[1], pixels.shape[0], size_px)


def joined(mask: Floats, matte: Floats) -> Floats:
    """`mask` with what the matte is sure of where it is in doubt; both float32 [size, size] 0..1.

    A hole in a jacket is filled; ordinary edges, which are in doubt too but narrow, stay.
    """
    doubt = ((mask > TUNING.mask_doubt[0]) & (mask < TUNING.mask_doubt[1])).astype(np.uint8)
    width = max(2, round(TUNING.mask_edge * mask.shape[0]))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    broad = cv2.blur(cv2.morphologyEx(doubt, cv2.MORPH_OPEN, kernel).astype(np.float32), (5, 5))
    confidence = (matte - TUNING.matte_surest) / (1 - TUNING.matte_surest)
    return np.maximum(mask, confidence.clip(0, 1) * broad)


def without_others(mask: Floats, crop: SquareCrop, others: Sequence[PoseEstimate]) -> Floats:
    """`mask` of the crop without the pixels of which another body is surer."""
    size_px = mask.shape[0]
    for other in others:
        theirs = mask_in(other, crop, size_px)
        mask = np.where(theirs > mask, np.minimum(mask, 1 - theirs), mask)
    return mask


def mask_in(body: PoseEstimate, crop: SquareCrop, size_px: int) -> Floats:
    """The mask of `body` in the picture of another `crop`, float32 [size_px, size_px]."""
    here = np.vstack([crop.to_frame(size_px), [0, 0, 1]])
    there = np.vstack([body.crop.to_frame(body.mask.shape[0]), [0, 0, 1]])
    matrix = (np.linalg.inv(here) @ there)[:2]
    return np.asarray(cv2.warpAffine(body.mask, matrix, (size_px, size_px)), np.float32)


def normalise_overlap(masks: Sequence[Floats]) -> tuple[Floats, ...]:
    """Masks of several people of one frame, of which no pixel is more than one person's in all.

    All float32 of one shape, 0..1; their sum is at most 1, what is nobody else's stays.
    """
    total = np.maximum(np.sum(masks, axis=0), 1).astype(np.float32)
    return tuple(mask / total for mask in masks)

"""A character cut out of a picture."""

from dataclasses import dataclass

import numpy as np

from mimo_runtime.analysis.bbox import BBox
from mimo_runtime.analysis.mask_edge import refined
from mimo_runtime.analysis.matting.candidates import (
    Candidate,
    candidates,
    choose,
    own_part,
    touches,
)
from mimo_runtime.analysis.matting.limb_gaps import limb_gaps
from mimo_runtime.analysis.matting.picture_quality import PictureWarning, picture_warnings
from mimo_runtime.analysis.matting.plain_ground import cut_out, figures
from mimo_runtime.analysis.matting.tuning import TUNING
from mimo_runtime.analysis.person_detector import PersonDetector
from mimo_runtime.analysis.person_segmenter import PersonSegmenter
from mimo_runtime.analysis.pose_estimate import PoseEstimate, PoseEstimator
from mimo_runtime.analysis.square_crop import ROOM, SquareCrop
from mimo_runtime.arrays import Floats, Pixels
from mimo_runtime.errors import MediaError


@dataclass(frozen=True, slots=True, eq=False)
class CharacterMatte:
    """A character in a picture.

    Attributes:
        alpha: uint8 [height, width], 255 on the character.
        body: its body; None where nobody was found and the matte alone is known.
        warnings: what may be wrong.
    """

    alpha: Pixels
    body: PoseEstimate | None
    warnings: tuple[PictureWarning, ...]


class CharacterMatter:
    """Cuts the main person out of a picture."""

    def __init__(
        self, people: PersonDetector, bodies: PoseEstimator, masks: PersonSegmenter
    ) -> None:
        self._people = people
        self._bodies = bodies
        self._masks = masks

    def find(
        self, pixels: Pixels, number: int | None = None, matte: Pixels | None = None
    ) -> CharacterMatte:
        """The matte of the character in `pixels`, uint8 [height, width, 3].

        A matte that is known is kept. On a plain ground everything that is not ground is the
        character, with what the network for people adds; elsewhere the network decides.

        Args:
            pixels: with a matte, on a plain ground.
            number: of the person, counted from the left from 1; None takes the main one.
            matte: uint8 [height, width], 255 on what is no background, where that is known.

        Raises:
            MediaError: nobody is in the picture.
            InvalidRequestError: there are fewer people than `number`.
        """
        height_px, width_px = pixels.shape[:2]
        known: Floats | None = None
        if matte is not None:
            known = np.asarray(matte / np.float32(255), np.float32)
        ground = cut_out(pixels) if known is None else known
        standing = [] if ground is None else figures(ground)
        everybody = candidates(self._people.find(pixels), standing)
        chosen, others = choose(everybody, number, width_px)
        body = self._body(pixels, chosen)
        if body is None and known is None and not standing:
            raise MediaError(
                f"Nobody was found in the picture ({width_px}x{height_px}); give one of a single "
                "person, whole and from the front, on a plain ground or with an alpha channel, or "
                "a matte.",
                settings=("matte",),
            )
        if known is None:
            alpha = self._alpha(pixels, body, chosen, others)
        elif chosen is None or not others:
            alpha = known
        elif body is not None and touches(chosen, others):
            alpha = np.minimum(known, self._alpha(pixels, body, chosen, others))
        else:
            alpha = own_part(known, chosen)
        levels = np.rint(alpha * 255).astype(np.uint8)
        return CharacterMatte(levels, body, picture_warnings(body, levels, len(others) + 1))

    def _alpha(
        self,
        pixels: Pixels,
        body: PoseEstimate | None,
        chosen: Candidate | None,
        others: list[Candidate],
    ) -> Floats:
        """How much of each pixel is the character, float32 [height, width] 0..1."""
        people = None
        if body is not None:
            rest = [
                self._bodies.find(pixels, candidate.person)
                for candidate in others
                if candidate.person
            ]
            mask = self._masks.find_in_crop(pixels, body, rest)
            people = refined(mask, body.crop, pixels, TUNING.network_px)
        stands_alone = (
            chosen is not None and chosen.figure is not None and not touches(chosen, others)
        )
        gaps = None if body is None else limb_gaps(body, pixels.shape[:2])
        ground = cut_out(pixels, people, gaps) if people is None or stands_alone else None
        if ground is None or chosen is None:
            return people if people is not None else np.zeros(pixels.shape[:2], np.float32)
        return own_part(ground, chosen)

    def _body(self, pixels: Pixels, chosen: Candidate | None) -> PoseEstimate | None:
        """The body of the one chosen, or that which its box, or the whole picture, may show."""
        if chosen is not None and chosen.person is not None:
            return self._closer(pixels, self._bodies.find(pixels, chosen.person))
        height_px, width_px = pixels.shape[:2]
        box = BBox(0, 0, width_px, height_px) if chosen is None else chosen.box
        side_px = max(box.width, box.height) * (1.0 if chosen is None else ROOM)
        body = self._bodies.find_in(pixels, SquareCrop(*box.centre, float(side_px), 0.0))
        return self._closer(pixels, body) if body.presence >= TUNING.present else None

    def _closer(self, pixels: Pixels, body: PoseEstimate) -> PoseEstimate:
        """Once more, in the crop that fits what was found the first time."""
        inside = body.inside >= TUNING.inside
        if body.presence < TUNING.present or inside.sum() < len(inside) // 2:
            return body
        around = body.region()
        side_px = max(around.width, around.height) * ROOM
        crop = SquareCrop(*around.centre, side_px, body.crop.turn_rad)
        again = self._bodies.find_in(pixels, crop)
        return again if again.presence >= body.presence - 0.05 else body

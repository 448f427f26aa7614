"""Things that stand in front of the person and stay there: votes of frames, cut out, shown.

Votes of many frames say where the scene is seen although the person should be; around them the
thing is cut out of the plate; and each frame shows it where it has not changed.
"""

import cv2
import numpy as np

from mimo_runtime.arrays import Floats, Pixels
from mimo_runtime.layers.frame_masks import FrameMasks
from mimo_runtime.layers.frames import Flags, inside
from mimo_runtime.layers.masks import (
    channel_max,
    connected_components,
    core_of,
    dilate,
    erode,
    opening,
    reach_of,
)
from mimo_runtime.layers.occluders.tuning import TUNING
from mimo_runtime.layers.plate.exposure import centred
from mimo_runtime.layers.plate.plate import Plate


class StaticVotes:
    """Counts on one plate: frames in which the person should be seen at a place, and is.

    `missing`, `seen`: float32 [height, width] of the plate.
    """

    def __init__(self, plate: Plate) -> None:
        self._plate = plate
        self.missing: Floats = np.zeros(plate.counts.shape, np.float32)
        self.seen: Floats = np.zeros(plate.counts.shape, np.float32)

    def add(self, index: int, masks: FrameMasks, alike: Flags, different: Flags) -> None:
        """One frame: where it is surely the plate, and where it is surely not; bool [h, w]."""
        person = inside(masks.person)
        amodal = person if masks.expected is None else inside(masks.expected)
        rows = np.flatnonzero(amodal.any(axis=1))
        if len(rows) == 0:
            return
        reach = max(1, round(TUNING.fit_error * (rows[-1] - rows[0] + 1)))
        foreign = masks.foreign()
        offset = index - self._plate.segment.first
        often = self._plate.counts >= TUNING.static_often * self._plate.counts.max()
        leak = erode(person, max(1, reach // 2)) & in_frame(
            often, self._plate, offset, person.shape
        )
        unseen = core_of(amodal, reach) & ~dilate(
            person, reach_of(person.shape[1], person.shape[0], TUNING.static_edge)
        )
        missing = opening((unseen | leak) & alike & ~foreign, 1)
        self.missing += on_plate(missing, self._plate, offset)
        self.seen += on_plate(person & different, self._plate, offset)

    def seeds(self) -> Flags:
        """Where something stands in front, bool [height, width] of the plate."""
        votes = self.missing + self.seen
        return np.asarray(
            (self.missing >= TUNING.static_fewest_frames)
            & (self.missing >= TUNING.static_share * votes)
        )

    def hints(self) -> Flags:
        """Where something may stand in front, the same."""
        return np.asarray((self.missing >= 1) & (self.missing >= self.seen))


def on_plate(area: Flags, plate: Plate, offset: int) -> Flags:
    """`area` of the frame at `offset` of the segment, bool of the plate's size."""
    if plate.segment.static:
        return area
    size = plate.counts.shape[::-1]
    matrix = centred(plate.to_picture[offset])
    laid = cv2.warpPerspective(area.astype(np.uint8), matrix, size, flags=cv2.INTER_NEAREST)
    return np.asarray(laid > 0)


def in_frame(area: Flags, plate: Plate, offset: int, shape: tuple[int, ...]) -> Flags:
    """`area` of the plate as the frame at `offset` of the segment shows it, bool of `shape`."""
    if plate.segment.static:
        return area
    flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    matrix = centred(plate.to_picture[offset])
    laid = cv2.warpPerspective(area.astype(np.uint8), matrix, shape[::-1], flags=flags)
    return np.asarray(laid > 0)


def alike(pixels: Pixels, view: Pixels) -> Flags:
    """Where a frame is the plate within 16 levels in every channel, bool [height, width]."""
    away = cv2.absdiff(cv2.GaussianBlur(pixels, (3, 3), 0), cv2.GaussianBlur(view, (3, 3), 0))
    return np.asarray(channel_max(np.asarray(away, np.uint8)) <= TUNING.static_levels)


def segment_occluders(picture: Pixels, seeds: Flags, hints: Flags, behind: Floats) -> Flags:
    """All of the things that `seeds` are parts of, bool [height, width].

    Cut out by colour and edges (GrabCut: Rother, Kolmogorov, Blake, 2004), one after the other; a
    thing without an outline in the picture is none.

    Args:
        picture: the plate, uint8 [height, width, 3].
        seeds: surely of something in front, bool [height, width].
        hints: perhaps of it, the same; a part of its colour that touches none is something else.
        behind: in how many frames the person is seen in front of a place, float32, the same shape.
    """
    height, width = seeds.shape
    scale = min(1.0, TUNING.cut_side_px / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    marks = cv2.resize(seeds.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.5
    some = cv2.resize(hints.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.5
    worn = cv2.resize(behind, size, interpolation=cv2.INTER_AREA) >= 1
    cut = np.zeros(marks.shape, np.bool_)
    for seed in connected_components(opening(marks, 1), max(8, int(TUNING.cut_least * marks.size))):
        if (seed & cut).sum() < 0.5 * seed.sum():
            cut |= _cut_out(small, seed, opening(some, 1) | seed, worn & ~seed)
    upscaled = cv2.resize(cut.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(upscaled > 0.5)


def _cut_out(picture: Pixels, seed: Flags, hints: Flags, worn: Flags) -> Flags:
    labels = np.full(seed.shape, cv2.GC_PR_BGD, np.uint8)
    labels[worn] = cv2.GC_BGD
    labels[dilate(seed, 2) & ~worn] = cv2.GC_PR_FGD
    labels[seed] = cv2.GC_FGD
    cv2.setRNGSeed(0)
    near, far = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(picture, labels, (0, 0, 1, 1), far, near, TUNING.cut_rounds, cv2.GC_INIT_WITH_MASK)
    inner = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    pieces = np.zeros(seed.shape, np.bool_)
    for piece in connected_components(inner, max(8, int(TUNING.cut_least * seed.size))):
        small = piece.sum() <= TUNING.cut_largest * piece.size
        if small and (piece & hints).any() and _outlined(picture, piece):
            pieces |= piece
    return pieces


def _outlined(picture: Pixels, area: Flags) -> bool:
    """Whether the picture changes across most of the outline of `area`."""
    level = picture.astype(np.float32)
    rim, around = area & ~erode(area, 2), dilate(area, 3) & ~dilate(area, 1)
    if not rim.any() or not around.any():
        return False
    away = np.abs(_mean_of(level, area & ~erode(area, 3)) - _mean_of(level, around)).max(axis=2)
    edge = rim & ~erode(area, 1)
    return bool((away[edge] > TUNING.outline_levels).mean() > TUNING.outline_mostly)


def _mean_of(level: Floats, area: Flags) -> Floats:
    weight = area.astype(np.float32)
    share = cv2.GaussianBlur(weight, (0, 0), 2.0) + 1e-4
    return np.asarray(
        cv2.GaussianBlur(level * weight[..., None], (0, 0), 2.0) / share[..., None], np.float32
    )


class StaticOccluders:
    """The things on `plate` that `votes` speak for; see `segment_occluders`."""

    def __init__(self, plate: Plate, votes: StaticVotes) -> None:
        self._plate = plate
        self._area: Flags = np.zeros(plate.counts.shape, np.bool_)
        most = float(votes.missing.max())
        all_seeds, hints = votes.seeds(), votes.hints()
        for share in TUNING.vote_shares:
            seeds = all_seeds & (votes.missing >= share * most) & ~self._area
            if seeds.any():
                cut = segment_occluders(plate.picture, seeds, hints, votes.seen)
                self._area = self._area | cut

    def area(self, index: int, shape: tuple[int, ...], different: Flags) -> Flags:
        """What of frame `index` of `shape` is such a thing, bool [height, width].

        What is `different` from the plate over it, bool [height, width], is something else.
        """
        if not self._area.any():
            return np.zeros(shape, np.bool_)
        known = in_frame(self._area, self._plate, index - self._plate.segment.first, shape)
        solid = cv2.morphologyEx(different.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3)))
        return known & ~solid.astype(np.bool_)

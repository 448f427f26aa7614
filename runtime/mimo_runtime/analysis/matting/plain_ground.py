"""Figures on a plain ground, cut out by its colour: exact where a network for people guesses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.analysis.bbox import BBox
from mimo_runtime.analysis.matting.ground import PlainGround, find_ground, inside_frame, largest
from mimo_runtime.analysis.matting.tuning import TUNING
from mimo_runtime.arrays import Floats, Pixels

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Foreground:
    """What stands on the ground in one place: `mask`, bool [height, width], and its `box`."""

    mask: Mask
    box: BBox


def cut_out(
    pixels: Pixels, people: Floats | None = None, gaps: Mask | None = None
) -> Floats | None:
    """How much of each pixel is not ground, float32 [height, width] 0..1; None on another ground.

    Args:
        pixels: uint8 [height, width, 3].
        people: what a network takes for people, float32 [height, width] 0..1: keeps clothes of
            the ground's colour, and tells holes from white of eyes.
        gaps: where their limbs leave room, `limb_gaps`: there the network is believed less.
    """
    if gaps is None:
        gaps = np.zeros(pixels.shape[:2], np.bool_)
    framed = inside_frame(pixels)
    if framed is not None:
        shown = None if people is None else people[framed]
        inside = _on_ground(pixels[framed], shown, gaps[framed])
        return None if inside is None else _around(inside, framed, pixels.shape[:2])
    return _on_ground(pixels, people, gaps)


def _on_ground(pixels: Pixels, people: Floats | None, gaps: Mask) -> Floats | None:
    ground = find_ground(pixels)
    if ground is None:
        return None
    away = ground.away(pixels)
    outside = _outside(away <= ground.allowed)
    shadow = _shadow(pixels, ground, outside)
    outside |= shadow if people is None else shadow & (people < TUNING.likely)
    if people is not None:
        holes = _holes(away <= ground.allowed, outside, people, gaps)
        outside = (outside & ~_patches(outside, people)) | holes
    outside &= ~_lines(outside, ground)
    return _soft(away, outside, ground.allowed)


def _around(inside: Floats, box: tuple[slice, slice], shape: tuple[int, ...]) -> Floats:
    """`inside` at its place in a matte of nothing else."""
    alpha = np.zeros(shape, np.float32)
    alpha[box] = inside
    return alpha


def figures(alpha: Floats) -> list[Foreground]:
    """The figures of a matte 0..1, from left to right; small pieces go with the one they are near.

    Pieces that are near none, and specks, are in none.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        (alpha > 0.5).astype(np.uint8), connectivity=8
    )
    if count < 2:
        return []
    sizes, heights = stats[:, cv2.CC_STAT_AREA], stats[:, cv2.CC_STAT_HEIGHT]
    largest = 1 + int(sizes[1:].argmax())
    main = [
        label for label in range(1, count)
        if sizes[label] >= TUNING.figure_area * sizes[largest]
        and heights[label] >= TUNING.figure_height * heights[largest]
    ]  # fmt: skip
    groups = {label: [label] for label in main}
    for label in range(1, count):
        if label in groups or sizes[label] < TUNING.speck * sizes[largest]:
            continue
        near = _nearest(_box(stats[label]), {each: _box(stats[each]) for each in main})
        if near is not None:
            groups[near].append(label)
    separate = [_figure(labelled(labels, np.array(group), count)) for group in groups.values()]
    return sorted(separate, key=lambda figure: figure.box.centre[0])


def labelled(labels: NDArray[Any], kept: NDArray[Any], count: int) -> Mask:
    """Where `labels` of `count` pieces is one of `kept`; 0 is no piece."""
    table = np.zeros(count, np.bool_)
    table[kept] = True
    table[0] = False
    return np.asarray(table[labels])


def _planes(pixels: Pixels) -> list[Floats]:
    """Red, green and blue, each float32 of the picture's shape."""
    return [plane.astype(np.float32) for plane in cv2.split(pixels)]


def _outside(like_ground: Mask) -> Mask:
    """What is like the ground and reaches the border."""
    count, labels = cv2.connectedComponents(like_ground.astype(np.uint8), connectivity=4)
    edges = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    return labelled(labels, edges, count)


def _lines(outside: Mask, ground: PlainGround) -> Mask:
    """What of a dark ground is narrow, between parts of a figure: the lines of a drawing."""
    if ground.brightness > TUNING.dark:
        return np.zeros(outside.shape, np.bool_)
    width = max(1, round(TUNING.line * len(outside)))
    kernel = np.ones((2 * width + 1, 2 * width + 1), np.uint8)
    closed = cv2.morphologyEx((~outside).astype(np.uint8), cv2.MORPH_CLOSE, kernel)
    return np.asarray(outside & (closed > 0))


def _shadow(pixels: Pixels, ground: PlainGround, outside: Mask) -> Mask:
    """What is the ground with less light, softly, and touches it."""
    if ground.brightness < TUNING.bright:
        return np.zeros(outside.shape, np.bool_)
    planes = _planes(pixels)
    pairs = list(zip(planes, ground.planes, strict=True))
    bright = np.maximum(sum(own * own for own in ground.planes), 1)
    light = sum(plane * own for plane, own in pairs) / bright
    off = largest([np.abs(plane - light * own) for plane, own in pairs])
    luma = cv2.GaussianBlur((planes[0] + planes[1] + planes[2]) / 3, (0, 0), 1.5)
    gradients = [cv2.Sobel(luma, cv2.CV_32F, *way, ksize=3) / 8 for way in ((1, 0), (0, 1))]
    soft = np.hypot(*gradients) <= TUNING.shadow_slope
    like = (
        soft
        & (off <= TUNING.shadow_levels)
        & (light >= TUNING.shadow[0])
        & (light <= TUNING.shadow[1])
    )
    count, labels = cv2.connectedComponents((like & ~outside).astype(np.uint8), connectivity=4)
    beside = cv2.dilate(outside.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return labelled(labels, labels[beside], count)


def _holes(like_ground: Mask, outside: Mask, people: Floats, gaps: Mask) -> Mask:
    """Enclosed pieces of the ground's colour where nobody is, or no limb and perhaps nobody."""
    count, labels = cv2.connectedComponents((like_ground & ~outside).astype(np.uint8))
    if count < 2:
        return np.zeros(outside.shape, np.bool_)
    sizes = np.maximum(np.bincount(labels.ravel(), minlength=count), 1)
    claimed, between = (
        np.bincount(labels.ravel(), plane.ravel().astype(np.float64), count) / sizes
        for plane in (people, gaps)
    )
    holes = (claimed < TUNING.hole) | (claimed < TUNING.sure) & (between > TUNING.between)
    return labelled(labels, np.flatnonzero(holes), count)


def _patches(outside: Mask, people: Floats) -> Mask:
    """Broad pieces of the ground's colour of which the network is sure: clothes."""
    width = max(3, round(TUNING.patch * len(people)))
    claimed = ((people > TUNING.sure) & outside).astype(np.uint8)
    core = (cv2.distanceTransform(claimed, cv2.DIST_L2, 5) <= width).astype(np.uint8)
    if core.all():
        return np.zeros(outside.shape, np.bool_)
    near = cv2.distanceTransform(core, cv2.DIST_L2, 5) <= 2 * width
    return np.asarray(near & (people > TUNING.likely))


def _soft(away: Floats, outside: Mask, allowed: float) -> Floats:
    """1 off the ground; at its edge by how far the colour is on the way to that beside it."""
    kernel = np.ones((2 * TUNING.edge_px + 1, 2 * TUNING.edge_px + 1), np.uint8)
    edge = cv2.dilate(outside.astype(np.uint8), kernel) > 0
    full = np.maximum(cv2.dilate(away, kernel) - allowed, 1)
    share = ((away - allowed) / full).clip(0, 1)
    return np.where(outside, 0, np.where(edge, share, 1)).astype(np.float32)


def _nearest(box: BBox, others: dict[int, BBox]) -> int | None:
    gaps = {
        label: _gap(box, other) for label, other in others.items()
        if _gap(box, other) <= TUNING.near * other.height
    }  # fmt: skip
    return min(gaps, key=lambda label: gaps[label], default=None)


def _gap(first: BBox, second: BBox) -> float:
    across = max(first.left - second.right, second.left - first.right, 0)
    down = max(first.top - second.bottom, second.top - first.bottom, 0)
    return max(across, down)


def _box(stats: Sequence[int]) -> BBox:
    left, top, width, height = map(float, stats[:4])
    return BBox(left, top, left + width, top + height)


def _figure(mask: Mask) -> Foreground:
    rows, columns = np.nonzero(mask)
    box = BBox(
        float(columns.min()), float(rows.min()), float(columns.max() + 1), float(rows.max() + 1)
    )
    return Foreground(mask, box)

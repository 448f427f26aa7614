"""Heads that a network saw where none is, for some frames: a lamp, a coat on its hook.

A head keeps its place over the shoulders but for some centimetres, however the body turns over; one
that leaves it and is back within half a second was something else.
"""

from dataclasses import replace

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from mimo_runtime.analysis.joints import LANDMARK
from mimo_runtime.body.skeleton import Array
from mimo_runtime.fitting.landmark_track import LandmarkTrack
from mimo_runtime.fitting.tuning import TUNING

_HEAD = slice(0, LANDMARK["mouth_right"] + 1)


def without_glitches(track: LandmarkTrack) -> LandmarkTrack:
    """`track` with the head invisible in frames in which it is not over the shoulders."""
    reach = round(TUNING.glitch_side_s * float(track.rate_fps))
    offsets, judged = _over_shoulders(track)
    if reach < 1 or not judged.any():
        return track
    usual = np.stack([_usual(axis, judged, reach) for axis in offsets.T], axis=1)
    apart = np.hypot(*(offsets - usual).T) > TUNING.glitch_torsos
    visibility = track.visibility.copy()
    visibility[apart & judged, _HEAD] = 0
    return replace(track, visibility=visibility)


def _over_shoulders(track: LandmarkTrack) -> tuple[Array, NDArray[np.bool_]]:
    """float64 [N, 2], where the head is: across and along the torso, in its lengths; and bool [N],
    where that says something: somebody was found, and the torso is not seen from above.
    """
    points = track.points_px.astype(np.float64)
    shoulders, hips = (
        points[:, [LANDMARK[f"left_{part}"], LANDMARK[f"right_{part}"]]].mean(axis=1)
        for part in ("shoulder", "hip")
    )
    lengths = np.hypot(*(shoulders - hips).T)
    judged = track.known & (lengths > 0)
    if judged.any():
        judged &= lengths > TUNING.upright_torso * np.median(lengths[judged])
    scale = np.where(judged, lengths, 1)[:, None]
    x, y = ((shoulders - hips) / scale).T
    away = (points[:, _HEAD].mean(axis=1) - shoulders) / scale
    return np.stack(
        [away[:, 1] * x - away[:, 0] * y, away[:, 0] * x + away[:, 1] * y], axis=1
    ), judged


def _usual(values: Array, known: NDArray[np.bool_], reach: int) -> Array:
    """The median of each value and `reach` on both of its sides, on a line where not `known`."""
    frames = np.arange(len(values))
    bridged = np.interp(frames, frames[known], values[known])
    padded = np.pad(bridged, reach, mode="edge")
    return np.asarray(np.median(sliding_window_view(padded, 2 * reach + 1), axis=1), np.float64)

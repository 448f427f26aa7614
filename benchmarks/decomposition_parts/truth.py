"""A made-up clip with all its frames in memory, and what the measures need of it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from benchmarks.decomposition_parts.joints import JOINTS
from mimo_synthetic.ground_truth.clip import Clip, TrueFrame
from mimo_synthetic.ground_truth.spec import ClipSpec

_SOME = 0.02
_OVERLAP = 0.01  # of the person: from here on something is in front of it

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Truth:
    """`clip` and its `frames`."""

    clip: Clip
    frames: tuple[TrueFrame, ...]

    @property
    def spec(self) -> ClipSpec:
        """What the clip is."""
        return self.clip.spec

    @property
    def height_m(self) -> float:
        """Of the person at rest."""
        return self.clip.actor.person.height_m

    @cached_property
    def joints_m(self) -> Array:
        """The compared joints in camera axes, float64 [frames, 12, 3]."""
        return np.stack(
            [frame.camera.to_camera(frame.joints_m[self._places]) for frame in self.frames]
        )

    @cached_property
    def joints_px(self) -> Array:
        """The same in the picture, float64 [frames, 12, 2]."""
        return np.stack([frame.joints_px[self._places] for frame in self.frames])

    @cached_property
    def heights_px(self) -> Array:
        """How high the person would be in the picture if it stood upright, float64 [frames]."""
        focal_px = np.array([frame.camera.focal_px for frame in self.frames])
        depths_m = self.joints_m[..., 2].mean(axis=1)
        return np.asarray(self.height_m * focal_px / depths_m, np.float64)

    @cached_property
    def joints_free(self) -> Flags:
        """Which joints nothing is in front of, bool [frames, 12]; outside the frame none are."""
        free = np.zeros(self.joints_px.shape[:2], np.bool_)
        for frame, places, flags in zip(self.frames, self.joints_px, free, strict=True):
            column, row = np.floor(places).astype(np.int64).T
            height, width = frame.front.shape
            inside = (column >= 0) & (row >= 0) & (column < width) & (row < height)
            flags[inside] = frame.front[row[inside], column[inside]] < 0.5
        return free

    @cached_property
    def hidden(self) -> list[Flags]:
        """What is not plainly the scene in each frame."""
        return [
            (one.human_full > _SOME) | (one.shadow > _SOME) | (one.front > _SOME)
            for one in self.frames
        ]

    def overlaps(self, index: int) -> bool:
        """Whether something is in front of the person in frame `index`."""
        frame = self.frames[index]
        behind = frame.human_full > 0.5
        return bool((behind & (frame.front > 0.5)).sum() > _OVERLAP * behind.sum())

    @property
    def _places(self) -> list[int]:
        skeleton = self.clip.actor.person.body.skeleton
        return [skeleton.index(name) for name in JOINTS]


def make_truth(spec: ClipSpec) -> Truth:
    """The clip of `spec`, made at once."""
    clip = Clip(spec)
    return Truth(clip, tuple(clip.frames()))

"""What a clip is to be."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from mimo_runtime.motions.procedural import PROCEDURAL
from mimo_synthetic.ground_truth.cameras import CAMERAS
from mimo_synthetic.ground_truth.props import OCCLUDERS


@dataclass(frozen=True, slots=True)
class ClipSpec:
    """All that a clip depends on.

    Attributes:
        motion: a key of `PROCEDURAL`.
        camera: one of `CAMERAS`.
        occluder: one of `OCCLUDERS`, or "none".
        seed: of person, clothes, yard, and where things are.
        frame_count, rate_fps: how long and how fine.
        size_px: width and height, even.
    """

    motion: str
    camera: str = "static"
    occluder: str = "none"
    seed: int = 0
    frame_count: int = 32
    rate_fps: Fraction = Fraction(15)
    size_px: int = 288

    @property
    def name(self) -> str:
        """For files and tables."""
        return f"{self.motion}-{self.camera}-{self.occluder}-{self.seed}"

    @property
    def duration_s(self) -> float:
        """From the first frame to the end of the last one."""
        return float(self.frame_count / self.rate_fps)


def all_specs(
    motions: Sequence[str] = tuple(PROCEDURAL),
    cameras: Sequence[str] = CAMERAS,
    occluders: Sequence[str] = OCCLUDERS,
    *,
    frame_count: int = 32,
    size_px: int = 288,
    first_seed: int = 0,
) -> list[ClipSpec]:
    """Every motion with every camera and every occluder, with seeds from `first_seed` on."""
    cases = [(m, c, o) for m in motions for c in cameras for o in occluders]
    return [
        ClipSpec(*case, seed=seed, frame_count=frame_count, size_px=size_px)
        for seed, case in enumerate(cases, first_seed)
    ]

"""What the work of live streams takes on an engine: measured seconds, and how they change."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mimo_runtime.planning.live_schedule import BeginChunk, LiveWork
from mimo_runtime.planning.schedule import Condition, Decode, Pass

_FORGETTING = 0.98  # of what was seen, a piece of work later: some 50 of them count
_BEGUN_S = 0.1  # of work that is taken to have been as foreseen
_SLOWEST = 4.0
_FASTEST = 0.5


@dataclass(frozen=True, slots=True)
class LiveCosts:
    """What was measured, in seconds.

    `step_s` of one denoiser call, by the frames that its window holds; `frame_in_s` from a posture
    to its condition map; `frame_out_s` from latents to a composed frame; `scene_s` to encode the
    scene where a chunk is cropped anew; `delivery_s` to encode and hand over a frame, which takes
    nothing of the engine.
    """

    step_s: Mapping[int, float]
    frame_in_s: float
    frame_out_s: float
    scene_s: float = 0.0
    delivery_s: float = 0.0

    def pass_s(self, frames: int) -> float:
        """One call for a window of `frames`: that of the smallest window which holds them."""
        return self.step_s[min(size for size in self.step_s if size >= frames)]

    def longest_s(self, frames: int) -> float:
        """The longest piece of work of a stream whose windows hold `frames`."""
        return max(self.pass_s(frames), self.frame_in_s, self.frame_out_s, self.scene_s)

    def work_s(self, work: LiveWork, window_frames: int) -> float:
        """One piece of work, a pass of a window of `window_frames`; 0 for what takes none."""
        match work:
            case BeginChunk():
                return self.scene_s
            case Condition():
                return self.frame_in_s
            case Pass():
                return self.pass_s(window_frames)
            case Decode():
                return self.frame_out_s
        return 0.0

    def of_steps(self, steps: int) -> "LiveCosts":
        """The same with passes that take as long as `steps` of them."""
        passes = {frames: seconds * steps for frames, seconds in self.step_s.items()}
        return replace(self, step_s=passes)

    def scaled(self, factor: float) -> "LiveCosts":
        """The same, `factor` times as slow."""
        return LiveCosts(
            {frames: seconds * factor for frames, seconds in self.step_s.items()},
            self.frame_in_s * factor,
            self.frame_out_s * factor,
            self.scene_s * factor,
            self.delivery_s * factor,
        )


@dataclass(frozen=True, slots=True)
class EngineSpeed:
    """How an engine that runs does, beside what was measured at its start.

    `foreseen_s` and `took_s` are sums over its last pieces of work, of which older ones count less.
    """

    foreseen_s: float = _BEGUN_S
    took_s: float = _BEGUN_S

    def after(self, foreseen_s: float, took_s: float) -> "EngineSpeed":
        """The speed with one more piece of work."""
        return EngineSpeed(
            self.foreseen_s * _FORGETTING + foreseen_s, self.took_s * _FORGETTING + took_s
        )

    @property
    def slowness(self) -> float:
        """How many times as slow the engine is."""
        return min(max(self.took_s / self.foreseen_s, _FASTEST), _SLOWEST)

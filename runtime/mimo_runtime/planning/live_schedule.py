"""In which order a live stream's work is done: plain data, no tensor, no device, no clock.

Frames arrive while earlier ones leave. They are denoised in *chunks*: the window of a chunk holds
frames that are *carried* from the chunks before it, then its new frames. A carried frame enters
each step with the latents that it had at that step (its trajectory), so that all frames of a pass
are at one noise level, and chunk k needs nothing of later frames.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from itertools import count

from mimo_runtime.planning.schedule import Condition, Decode, Identity, Pass, Work


class Arrival(Enum):
    """What is known of the next frame once the wait for it is over.

    CUT: it is here and cannot share a window with the frames before it, since it is cropped
    otherwise. BREAK: it begins a chunk, which carries what it can. ENDED: no frame comes any more,
    or none that belongs to this schedule.
    """

    HERE = auto()
    CUT = auto()
    BREAK = auto()
    ENDED = auto()


@dataclass(frozen=True, slots=True)
class Await:
    """Go on when this frame has arrived, or when it is known that none will."""

    frame: int


@dataclass(frozen=True, slots=True)
class BeginChunk:
    """Begin a chunk, whose window holds `carried` frames of those before it."""

    chunk: int
    carried: int


LiveWork = Work | Await | BeginChunk


@dataclass(frozen=True, slots=True)
class ChunkPlan:
    """How many frames each chunk has, and how often it goes through the denoiser.

    The first chunks have as many new frames as `ramp` says, none of them more than `chunk_frames`,
    which every later one has; with them go up to `carried_frames`. `steps` is the number of solver
    steps. A chunk is shorter where the input ends or is cut.
    """

    ramp: tuple[int, ...]
    chunk_frames: int
    carried_frames: int
    steps: int

    @property
    def window_frames(self) -> int:
        """Frames of the longest window."""
        return self.carried_frames + self.chunk_frames

    def new_frames(self, chunk: int) -> int:
        """New frames of a chunk, by its number."""
        return self.ramp[chunk] if chunk < len(self.ramp) else self.chunk_frames


@dataclass(frozen=True, slots=True)
class LiveExtent:
    """The most that is held at a time, however long the stream is.

    `conditions` maps of frames in a window; `frames` that are new in it, with the planes that the
    decoder sees; `latents` of frames, counting the trajectories of the carried ones.
    """

    conditions: int
    frames: int
    latents: int


def live_extent(plan: ChunkPlan) -> LiveExtent:
    """What a stream of `plan` holds."""
    trajectories = plan.steps * plan.carried_frames
    return LiveExtent(plan.window_frames, plan.chunk_frames, plan.window_frames + trajectories)


def live_schedule(
    plan: ChunkPlan, arrival: Callable[[int], Arrival], first: int = 0
) -> Iterator[LiveWork]:
    """Every frame once and in order, each chunk as soon as its last frame has arrived.

    `Condition` and `Decode` count frames from `first` on, `Pass` has the chunk for its window.
    `arrival` is asked of a frame when its `Await` has been done, perhaps twice before its
    `Condition`.
    """
    yield Identity()
    carried = 0
    for chunk in count():
        yield Await(first)
        how = arrival(first)
        if how is Arrival.ENDED:
            return
        if how is Arrival.CUT:
            carried = 0
        yield BeginChunk(chunk, carried)
        yield Condition(first)
        end = first + 1
        while end < first + plan.new_frames(chunk):
            yield Await(end)
            if arrival(end) is not Arrival.HERE:
                break
            yield Condition(end)
            end += 1
        for step in range(plan.steps):
            yield Pass(step, chunk)
        yield from map(Decode, range(first, end))
        carried = min(carried + end - first, plan.carried_frames)
        first = end

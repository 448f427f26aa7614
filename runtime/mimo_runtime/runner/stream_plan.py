"""The plan of one stream, made before anything runs."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from mimo_runtime.arrays import Pixels
from mimo_runtime.bundle import Manifest
from mimo_runtime.planning.crops import CropSegment
from mimo_runtime.planning.extent import Extent, extent_of
from mimo_runtime.planning.pixel_rect import PixelRect
from mimo_runtime.planning.schedule import ClipPlan, Work, rolling, whole_clip
from mimo_runtime.planning.segments import Part, Segment, cut_segment
from mimo_runtime.planning.sequence import SequenceFrame, sequence_frames
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.frame_inputs import FrameInputs
from mimo_runtime.synthesis.framing import Framing
from mimo_runtime.synthesis.resolved import ResolvedSettings
from mimo_runtime.wire.progress import OnProgress, Progress, Stage

Crops = tuple[tuple[SequenceFrame, ...], ...]


@dataclass(frozen=True, slots=True)
class StreamPlan:
    """`crops` holds every crop of each frame of the clip, `clip` what is to be done with them,
    `schedule` makes the order anew, `extent` is what that order holds at a time. Of a segment
    they are those that it needs. `whole` is what would be done for all frames of `contexts`, the
    crop segments of the clip, and `frame_ids` are those of `whole`.
    """

    crops: Crops
    clip: ClipPlan
    schedule: Callable[[ClipPlan], Iterator[Work]]
    extent: Extent
    frame_ids: Sequence[int]
    whole: ClipPlan
    contexts: tuple[CropSegment, ...]


def plan_stream(
    framing: Framing,
    boxes: "PersonBoxes",
    frame_count: int,
    settings: ResolvedSettings,
    manifest: Manifest,
    part: Part | None = None,
    devices: int = 1,
) -> StreamPlan:
    """Find the person, cut the clip into crop segments and windows, and choose the order in which
    so many `devices` have something to do.

    Raises:
        InvalidRequestError: `part` has frames that the clip has not.
    """
    segments = framing.segments(boxes.find)
    crops = sequence_frames(segments, frame_count)
    frame_ids = tuple(tuple(crop.frame_id for crop in each) for each in crops)
    lengths = [len(segment.frames) for segment in segments]
    rules = settings.rules
    windows = rules.windows(lengths, manifest.frames, manifest.overlap_frames) if lengths else ()
    clip = ClipPlan(windows, frame_ids, settings.steps)
    schedule = partial(rolling, at_once=devices) if rules.rolling else whole_clip
    if part is None:
        ids = range(clip.sequence_length)
        extent = _extent(clip, schedule, devices)
        return StreamPlan(crops, clip, schedule, extent, ids, clip, segments)
    segment = cut_segment(clip, part.frames, part.most_hops)
    crops, extent = crops_of(segment, crops), _extent(segment.clip, schedule, devices)
    return StreamPlan(crops, segment.clip, schedule, extent, segment.frame_ids, clip, segments)


def crops_of(segment: Segment, crops: Crops) -> Crops:
    """Of the crops of a clip those that a segment needs, by its own frame ids."""
    number = {frame_id: index for index, frame_id in enumerate(segment.frame_ids)}
    return tuple(
        tuple(
            replace(crop, frame_id=number[crop.frame_id])
            for crop in each
            if crop.frame_id in number
        )
        for each in crops
    )


def _extent(clip: ClipPlan, schedule: Callable[[ClipPlan], Iterator[Work]], devices: int) -> Extent:
    """What a schedule holds, with as many windows for each device: their slots are dealt out in
    turn, and windows beside one another are then always with different ones.
    """
    extent = extent_of(clip, schedule(clip))
    return replace(extent, windows=extent.windows + -extent.windows % devices)


class PersonBoxes:
    """Looks at every motion frame of a clip, if the framing asks for it."""

    def __init__(
        self,
        inputs: FrameInputs,
        frame_count: int,
        token: CancellationToken,
        on_progress: OnProgress,
    ) -> None:
        self._inputs = inputs
        self._count = frame_count
        self._token = token
        self._on_progress = on_progress

    def find(self, look: Callable[[Pixels], PixelRect | None]) -> list[PixelRect | None]:
        """What `look` finds in each frame."""
        boxes = []
        for frame in range(self._count):
            self._token.check()
            boxes.append(look(self._inputs.look(frame)))
            self._on_progress(Progress(Stage.BOXES, frame + 1, self._count))
        return boxes

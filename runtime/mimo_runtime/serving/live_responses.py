"""What the server says of a live stream, as messages of the wire."""

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.body.skeleton import Skeleton
from mimo_runtime.bundle import Bundle
from mimo_runtime.planning.latency_plans import LatencyPlan
from mimo_runtime.serving.responses import SLICE_BYTES, bundle_info
from mimo_runtime.sessions.live_events import (
    ChangeAnswered,
    LiveEvent,
    LivePicture,
    LiveState,
    LiveSummary,
    LiveTail,
)
from mimo_runtime.synthesis.live_request import LiveFormat
from mimo_runtime.wire.driving import Driven
from mimo_runtime.wire.enums import DRIVEN_PEOPLE

Response = pb.SynthesizeLiveResponse


def live_responses(event: LiveEvent, bundle: Bundle) -> list[Response]:
    """The messages that tell one event of a session; several for a frame of many bytes."""
    if isinstance(event, LivePicture):
        return _frame(event)
    if isinstance(event, LiveFormat):
        return [Response(ready=_ready(event, bundle))]
    if isinstance(event, LiveState):
        kind = pb.LIVE_STATE_KIND_FROZEN if event.frozen else pb.LIVE_STATE_KIND_FLOWING
        return [Response(state=pb.LiveState(kind=kind, sentence=event.sentence))]
    if isinstance(event, ChangeAnswered):
        return [Response(applied=_applied(event))]
    if isinstance(event, LiveTail):
        starts = range(0, len(event.data), SLICE_BYTES)
        parts = (event.data[start : start + SLICE_BYTES] for start in starts)
        return [Response(tail=pb.LiveTail(data=part)) for part in parts]
    if isinstance(event, Driven):
        people = {word: number for number, word in DRIVEN_PEOPLE.items()}
        person, sentence = people[event.person], event.sentence
        driven = pb.LiveDriven(taken=event.taken, person=person, sentence=sentence)
        return [Response(driven=driven)]
    return [Response(summary=_summary(event))]


def _ready(output: LiveFormat, bundle: Bundle) -> pb.LiveReady:
    plan = output.plan
    return pb.LiveReady(
        bundle=bundle_info(bundle),
        width_px=output.width_px,
        height_px=output.height_px,
        steps=plan.chunks.steps,
        ramp=plan.chunks.ramp,
        chunk_frames=plan.chunks.chunk_frames,
        carried_frames=plan.chunks.carried_frames,
        first_frame_ms=plan.first_frame_s * 1000,
        latency_ms=plan.latency_s * 1000,
        agreed_ms=plan.agreed_s * 1000,
        busy=plan.busy,
        reasons=plan.reasons,
        queue_frames=output.queue_frames,
        skeleton=_skeleton(output.skeleton),
    )


def _applied(event: ChangeAnswered) -> pb.LiveApplied:
    answer, plan = event.answer, event.answer.plan
    seen = None if answer.refused else event.displayed_frame
    return pb.LiveApplied(
        input=pb.INPUT_UNSPECIFIED if answer.number else pb.INPUT_SCENE_PICTURE,
        from_index=0 if answer.refused else event.from_index,
        number=answer.number,
        refused=answer.refused,
        replanned=None if plan is None else _replanned(plan),
        frames_since_displayed=None if seen is None else event.from_index - seen,
    )


def _replanned(plan: LatencyPlan) -> pb.LiveReplanned:
    return pb.LiveReplanned(
        steps=plan.chunks.steps,
        chunk_frames=plan.chunks.chunk_frames,
        carried_frames=plan.chunks.carried_frames,
        latency_ms=plan.latency_s * 1000,
        agreed_ms=plan.agreed_s * 1000,
        busy=plan.busy,
        reasons=plan.reasons,
    )


def _skeleton(skeleton: Skeleton) -> pb.LiveSkeleton:
    return pb.LiveSkeleton(
        joints=skeleton.names,
        parents=skeleton.parents,
        rest_m=skeleton.rest_m.ravel().tolist(),
    )


def _frame(picture: LivePicture) -> list[Response]:
    frame, data = picture.frame, picture.data
    starts = range(0, max(len(data), 1), SLICE_BYTES)  # a movie's first frame completes none
    return [
        Response(
            frame=pb.LiveFrame(
                index=frame.index,
                pose_index=frame.pose_index,
                capture_s=frame.capture_s,
                present_s=picture.present_s,
                data=data[start : start + SLICE_BYTES],
                continued=start != starts[-1],
                waited_s=frame.waited_s,
                latency_s=frame.latency_s,
                encode_s=picture.encode_s,
                late=picture.late,
                taken=frame.taken,
                dropped=frame.dropped,
                credits=picture.credits,
            )
        )
        for start in starts
    ]


def _summary(summary: LiveSummary) -> pb.LiveSummary:
    return pb.LiveSummary(
        frame_count=summary.frame_count,
        pose_count=summary.pose_count,
        dropped=summary.dropped,
        late=summary.late,
        first_frame_s=summary.first_frame_s,
        total_s=summary.total_s,
    )

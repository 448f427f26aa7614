"""What a server and its engine process say of live streams, as JSON values and back."""

from dataclasses import asdict, fields, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from mimo_runtime.body.skeleton import Skeleton
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.planning.latency_plans import LatencyPlan
from mimo_runtime.planning.live_schedule import ChunkPlan
from mimo_runtime.runner.messages import Wire
from mimo_runtime.runner.runner import LiveStreamRequest
from mimo_runtime.synthesis.live_request import LiveAnswer, LiveFiles, LiveFormat, LiveFrame
from mimo_runtime.synthesis.request import OutputFrame
from mimo_runtime.wire.live import (
    CameraNumbers,
    LiveSettings,
    PictureFormat,
    PoseFrame,
    QueuePolicy,
)
from mimo_runtime.wire.live_change import LiveChange
from mimo_runtime.wire.settings import Settings

_PICTURES = ("character", "matte", "scene")
_TOLD = {each.name for each in fields(LiveFrame)} - {each.name for each in fields(OutputFrame)}


def live_to_wire(request: LiveStreamRequest) -> Wire:
    """A request as JSON values; files go by their names."""
    files, settings = request.files, asdict(request.settings)
    settings["rate_fps"] = str(request.settings.rate_fps)
    return {
        "files": asdict(files) | {name: _text(getattr(files, name)) for name in _PICTURES},
        "settings": settings,
        "limits": asdict(request.limits),
        "encoding": request.encoding,
    }


def live_from_wire(values: Wire) -> LiveStreamRequest:
    """The request that `live_to_wire` was given."""
    named = values["files"]
    files = named | {name: named[name] and Path(named[name]) for name in _PICTURES}
    given = dict(values["settings"])
    given["rate_fps"] = Fraction(given["rate_fps"])
    given["camera"] = _camera(given["camera"])
    given["policy"] = QueuePolicy(given["policy"])
    given["settings"] = Settings(**given["settings"])
    limits = MediaLimits(**values["limits"])
    encoding = PictureFormat(values["encoding"])
    return LiveStreamRequest(LiveFiles(**files), LiveSettings(**given), limits, encoding)


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def pose_to_wire(frame: PoseFrame) -> Wire:
    """A posture as JSON values; not by `asdict`, which copies each of its numbers."""
    camera = frame.camera and asdict(frame.camera)
    values = {each.name: getattr(frame, each.name) for each in fields(frame)}
    return values | {"camera": camera}


def pose_from_wire(values: Wire) -> PoseFrame:
    """The posture that `pose_to_wire` was given."""
    camera = values["camera"] and _camera(values["camera"])
    root_m, rotations = tuple(values["root_m"]), tuple(values["rotations"])
    return PoseFrame(values["index"], values["capture_s"], root_m, rotations, camera)


def format_to_wire(output: LiveFormat) -> Wire:
    """A format as JSON values."""
    skeleton = output.skeleton
    return {
        "size_px": [output.width_px, output.height_px],
        "rate_fps": str(output.rate_fps),
        "plan": asdict(output.plan),
        "queue_frames": output.queue_frames,
        "names": list(skeleton.names),
        "parents": list(skeleton.parents),
        "rest_m": skeleton.rest_m.tolist(),
        "tails_m": skeleton.tails_m.tolist(),
    }


def format_from_wire(values: Wire) -> LiveFormat:
    """The format that `format_to_wire` was given."""
    plan = _plan(values["plan"])
    skeleton = Skeleton(
        tuple(values["names"]),
        tuple(values["parents"]),
        np.array(values["rest_m"], np.float64),
        np.array(values["tails_m"], np.float64),
    )
    width_px, height_px = values["size_px"]
    rate_fps = Fraction(values["rate_fps"])
    return LiveFormat(width_px, height_px, rate_fps, plan, values["queue_frames"], skeleton)


def change_to_wire(change: LiveChange) -> Wire:
    """A change as JSON values; files go by their names."""
    values = asdict(change)
    return values | {name: values[name] and str(values[name]) for name in _PICTURES}


def change_from_wire(values: Wire) -> LiveChange:
    """The change that `change_to_wire` was given."""
    return LiveChange(**values | {name: values[name] and Path(values[name]) for name in _PICTURES})


def told_to_wire(frame: LiveFrame) -> Wire:
    """What a frame tells beside its pixels, as JSON values."""
    told = {name: getattr(frame, name) for name in _TOLD}
    return told | {"answers": [asdict(answer) for answer in frame.answers]}


def told_from_wire(told: Wire) -> Wire:
    """What `LiveFrame` takes of that."""
    answers = tuple(
        LiveAnswer(**answer | {"plan": answer["plan"] and _plan(answer["plan"])})
        for answer in told["answers"]
    )
    return told | {"answers": answers}


def _plan(values: Wire) -> LatencyPlan:
    plan, chunks = LatencyPlan(**values), dict(values["chunks"])
    chunks["ramp"] = tuple(chunks["ramp"])
    return replace(plan, chunks=ChunkPlan(**chunks), reasons=tuple(plan.reasons))


def _camera(values: Wire) -> CameraNumbers:
    lists = {name: tuple(values[name]) for name in ("centre_px", "rotation", "translation_m")}
    return CameraNumbers(**(values | lists))

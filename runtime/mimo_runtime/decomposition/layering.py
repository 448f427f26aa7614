"""Fifth stage: the person, the scene without them, and what is in front."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.array_file import write_arrays
from mimo_runtime.decomposition.camera_file import read_camera_motion
from mimo_runtime.decomposition.clip import DrivingClip
from mimo_runtime.decomposition.frame_masks import read_frame_masks
from mimo_runtime.decomposition.progress import OnFrame
from mimo_runtime.layers.frame_masks import FrameMasks
from mimo_runtime.layers.report import LayerReport, LayerSummary
from mimo_runtime.layers.separation import Separation
from mimo_runtime.media.mp4_sink import Mp4Sink

SCENE, OCCLUSION, HUMAN = "bk.mp4", "occ.mp4", "mask.mp4"
ORDER, REPORT = "occlusion.npz", "layers.json"


def separate_layers(
    clip: DrivingClip, bodies: Path, drawn: Path, folder: Path, on_frame: OnFrame
) -> None:
    """Write bk.mp4, mask.mp4, occ.mp4 if something is in front anywhere, and what is known of them.

    bodies, drawn: folders of the stages body, which has followed the camera, and draw.
    """

    def clip_masks() -> Iterator[FrameMasks]:
        return read_frame_masks(clip.size_px, bodies, drawn)

    separation = Separation(clip.frames, clip_masks, read_camera_motion(bodies))
    summary = LayerSummary(separation.camera)
    report = _write_layers(separation, summary, clip, folder, on_frame)
    if not report["occluded"].any():
        (folder / OCCLUSION).unlink()
    write_arrays(folder / ORDER, report)
    (folder / REPORT).write_text(json.dumps(layer_facts(summary.report()), indent=1) + "\n")


def _write_layers(
    separation: Separation,
    summary: LayerSummary,
    clip: DrivingClip,
    folder: Path,
    on_frame: OnFrame,
) -> dict[str, NDArray[Any]]:
    """Write the videos; gives back for each frame whether something is in front, and how sure."""
    rows: list[tuple[bool, float]] = []
    with ExitStack() as stack:
        scene, front, silhouette = (
            stack.enter_context(Mp4Sink(folder / name, *clip.size_px, clip.rate_fps))
            for name in (SCENE, OCCLUSION, HUMAN)
        )
        for frame in separation.layers():
            scene.write(frame.index, frame.scene)
            for sink, grey in ((front, frame.occlusion.alpha), (silhouette, frame.person)):
                sink.write(frame.index, np.repeat(grey[..., None], 3, axis=2))
            summary.add(frame)
            rows.append((bool(frame.occlusion.reasons), frame.occlusion.confidence))
            on_frame(frame.index + 1, clip.frame_count)
    occluded, confidence = zip(*rows, strict=True)
    return {
        "occluded": np.array(occluded, np.bool_),
        "confidence": np.array(confidence, np.float32),
    }


def layer_facts(report: LayerReport) -> dict[str, Any]:
    """A layer report as plain data, with its sentences."""
    return asdict(report) | {"sentences": list(report.sentences)}

"""What report.json holds of a decomposition, as plain data."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from mimo_runtime.analysis.tracks import Track
from mimo_runtime.array_file import read_arrays
from mimo_runtime.decomposition import progress as stage
from mimo_runtime.decomposition.bodies import OTHERS_FILE, read_landmarks
from mimo_runtime.decomposition.choice import Selection
from mimo_runtime.decomposition.clip import DrivingClip
from mimo_runtime.decomposition.layering import ORDER, REPORT
from mimo_runtime.decomposition.postures import FittedBody
from mimo_runtime.decomposition.stage_cache import StageRecord, record_json

FORMAT, VERSION = "mimo-decomposition", 1


def facts_of(
    key: str,
    clip: DrivingClip,
    choice: Selection,
    fit: FittedBody,
    folders: dict[str, Path],
    stages: list[StageRecord],
) -> dict[str, Any]:
    """All of it; the arguments are those of `report_of`."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "key": key,
        "video": _video(clip),
        "template": _template(clip),
        "shot": {"number": choice.shot.number, "of": len(choice.shots)},
        "person": choice.person.number,
        "people": [_track(track) for track in choice.people],
        "found": _found_share(folders[stage.BODY]),
        "proportions": fit.proportions,
        "order": _order(folders),
        "layers": json.loads((folders[stage.LAYERS] / REPORT).read_text()),
        "stages": record_json(stages),
    }


def _video(clip: DrivingClip) -> dict[str, Any]:
    info = clip.info
    return {
        "name": clip.path.name,
        "codec": info.codec,
        "pixel_format": info.pixel_format,
        "width_px": info.width_px,
        "height_px": info.height_px,
        "orientation": asdict(info.orientation),
        "rate_fps": float(info.rate_fps),
        "frame_count": info.frame_count,
    }


def _template(clip: DrivingClip) -> dict[str, Any]:
    return {
        "width_px": clip.width_px,
        "height_px": clip.height_px,
        "rate_fps": float(clip.rate_fps),
        "frame_count": clip.frame_count,
        "first_source_frame": clip.indices[0],
        "last_source_frame": clip.indices[-1],
    }


def _track(track: Track) -> dict[str, Any]:
    return {
        "number": track.number,
        "first": track.first,
        "last": track.last,
        "frames": track.frames,
        "size": round(track.size, 4),
        "score": round(track.score, 3),
    }


def _found_share(bodies: Path) -> float:
    return round(float((read_landmarks(bodies)["presence"] > 0).mean()), 4)


def _order(folders: dict[str, Path]) -> dict[str, Any]:
    """Who else is nearer or farther, how sure that is, and how much is in front."""
    rows = read_arrays(folders[stage.BODY] / OTHERS_FILE)
    occlusion = read_arrays(folders[stage.LAYERS] / ORDER)
    others = []
    for number in sorted(set(rows["number"].tolist())):
        odds = rows["nearer_log_odds"][rows["number"] == number]
        mean = float(odds.mean())
        confidence = round(abs(float(np.tanh(mean / 2))), 3)
        others.append(
            {"person": number, "frames": len(odds), "nearer": mean > 0, "confidence": confidence}
        )
    occluded = occlusion["occluded"]
    mean_confidence = occlusion["confidence"][occluded].mean() if occluded.any() else None
    return {
        "others": others,
        "occluded_frames": int(occluded.sum()),
        "confidence": None if mean_confidence is None else round(float(mean_confidence), 3),
    }

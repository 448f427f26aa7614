"""Measures as Markdown tables and as JSON."""

import json
import platform
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnxruntime

from benchmarks.command_line import command_line
from benchmarks.decomposition_parts.aims import AIMS, OTHERS, middle, worst_tenth
from benchmarks.decomposition_parts.measures import Measures

NOT_MEASURED = "not measured"
ALL = "all"
_STAGES = {
    "people": "finding and following people",
    "body": "landmarks and masks",
    "fit": "fitting the motion",
    "draw": "drawing the fitted body",
    "layers": "scene and what is in front",
}


def tables(clips: Sequence[Measures]) -> str:
    """Aims, everything else, aims by kind of clip, and speed."""
    parts = [_aims(clips), _others(clips)]
    kinds: tuple[tuple[str, Callable[[Measures], str]], ...] = (
        ("motion", lambda clip: clip.motion),
        ("camera", lambda clip: clip.camera),
        ("in front", lambda clip: clip.front),
    )
    parts += [_by_kind(clips, title, kind) for title, kind in kinds]
    parts.append(_speed(clips))
    return "\n\n".join(parts)


def facts(clips: Sequence[Measures]) -> dict[str, object]:
    """The same as plain data for JSON."""
    aims = {
        aim.measure: {
            "median": _rounded(middle(clips, aim.measure)),
            "worst_tenth": _rounded(worst_tenth(clips, aim.measure, aim.at_least)),
            "wanted": aim.wanted,
        }
        for aim in AIMS
    }
    return {
        "command": command_line("decomposition"),
        "date": time.strftime("%Y-%m-%d"),
        "machine": platform.machine(),
        "threads": 1,
        "onnxruntime": onnxruntime.__version__,
        "clips": len(clips),
        "frames": sum(clip.frames for clip in clips),
        "aims": aims,
        "others": {name: _rounded(middle(clips, name)) for name in OTHERS},
        "frames_per_cpu_s": {stage: _rounded(_fps(clips, stage)) for stage in (*_STAGES, ALL)},
        "frames_per_s_whole": {
            stage: _rounded(_fps(clips, stage, True))
            for stage in dict.fromkeys([*(s for clip in clips for s in clip.wall_s), ALL])
        },
        "by_clip": {
            clip.clip: {"front": clip.front}
            | {name: _rounded(float(np.median(v))) for name, v in clip.values.items() if v}
            for clip in clips
        },
    }


def write_results(path: Path, clips: Sequence[Measures]) -> None:
    """`facts` as a JSON file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(facts(clips), indent=1) + "\n", encoding="utf-8")


def _aims(clips: Sequence[Measures]) -> str:
    lines = ["| aim | wanted | median | worst tenth | met |", "|---|---|---|---|---|"]
    for aim in AIMS:
        value = middle(clips, aim.measure)
        worst = worst_tenth(clips, aim.measure, aim.at_least)
        sign = "≥" if aim.at_least else "≤"
        met = NOT_MEASURED if value is None else "yes" if aim.met(value) else "**no**"
        lines.append(
            f"| {aim.what} | {sign} {aim.wanted:g} | {_shown(value)} | {_shown(worst)} | {met} |"
        )
    return "\n".join(lines)


def _others(clips: Sequence[Measures]) -> str:
    lines = ["| beside it | median |", "|---|---|"]
    lines += [f"| {what} | {_shown(middle(clips, name))} |" for name, what in OTHERS.items()]
    return "\n".join(lines)


def _by_kind(clips: Sequence[Measures], title: str, kind: Callable[[Measures], str]) -> str:
    head = " | ".join(aim.measure for aim in AIMS)
    lines = [f"| {title} | clips | {head} |", "|" + "---|" * (len(AIMS) + 2)]
    for name in dict.fromkeys(kind(clip) for clip in clips):
        some = [clip for clip in clips if kind(clip) == name]
        values = " | ".join(_shown(middle(some, aim.measure)) for aim in AIMS)
        lines.append(f"| {name} | {len(some)} | {values} |")
    return "\n".join(lines)


def _speed(clips: Sequence[Measures]) -> str:
    lines = ["| stage | frames per CPU second, in memory |", "|---|---|"]
    lines += [f"| {what} | {_shown(_fps(clips, stage))} |" for stage, what in _STAGES.items()]
    lines += [f"| all of these | {_shown(_fps(clips, ALL))} |", ""]
    lines += ["| stage | frames per second, from file to template |", "|---|---|"]
    stages = dict.fromkeys(stage for clip in clips for stage in clip.wall_s)
    lines += [f"| {stage} | {_shown(_fps(clips, stage, True))} |" for stage in stages]
    return "\n".join([*lines, f"| all of these | {_shown(_fps(clips, ALL, True))} |"])


def _fps(clips: Sequence[Measures], stage: str, whole: bool = False) -> float | None:
    spent = [(clip.frames, clip.wall_s if whole else clip.cpu_s) for clip in clips]
    run = [
        (frames, sum(times_s.values()) if stage == ALL else times_s[stage])
        for frames, times_s in spent
        if times_s and (stage == ALL or stage in times_s)
    ]
    total_s = sum(time_s for _, time_s in run)
    return sum(frames for frames, _ in run) / total_s if total_s else None


def _shown(value: float | None) -> str:
    return NOT_MEASURED if value is None else f"{value:.3g}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")

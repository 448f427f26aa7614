"""What was done with a driving video: numbers for programs, sentences for people."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mimo_runtime.decomposition.choice import Selection
from mimo_runtime.decomposition.clip import DrivingClip
from mimo_runtime.decomposition.facts import facts_of
from mimo_runtime.decomposition.people import PeopleRecord
from mimo_runtime.decomposition.postures import read_fit
from mimo_runtime.decomposition.progress import FIT, LABELS
from mimo_runtime.decomposition.stage_cache import StageRecord
from mimo_runtime.decomposition.warnings import warnings_of

RENDERED = 150


@dataclass(frozen=True, slots=True)
class Report:
    """`facts` are plain data for report.json; `notes` and `warnings` are sentences."""

    facts: dict[str, Any]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]

    def write(self, path: Path) -> None:
        """As JSON."""
        content = self.facts | {"notes": list(self.notes), "warnings": list(self.warnings)}
        path.write_text(json.dumps(content, indent=1) + "\n")

    def lines(self) -> Iterator[str]:
        """The report for a terminal."""
        yield from self.notes
        for warning in self.warnings:
            yield f"Warning: {warning}"
        for stage in self.facts["stages"]:
            yield (
                f"  {LABELS[stage['name']]:<22} {stage['seconds']:8.1f} s "
                f"{stage['frames_per_s']:8.1f} frames/s{'  (earlier)' if stage['resumed'] else ''}"
            )


def report_of(
    key: str,
    clip: DrivingClip,
    people: PeopleRecord,
    choice: Selection,
    folders: dict[str, Path],
    stages: list[StageRecord],
) -> Report:
    """Gathers the report of a decomposition whose stage folders are `folders`.

    clip: the part that was decomposed. people: of the whole video. stages: as done or found.
    """
    fit = read_fit(folders[FIT])
    facts = facts_of(key, clip, choice, fit, folders, stages)
    notes = (
        *clip.sentences(),
        *choice.sentences(float(clip.rate_fps)),
        *facts["layers"]["sentences"],
        *fit.guesses,
        *_length_note(clip),
    )
    return Report(facts, notes, tuple(warnings_of(clip, people, choice, facts)))


def _length_note(clip: DrivingClip) -> tuple[str, ...]:
    if clip.frame_count <= RENDERED:
        return ()
    return (
        f"The template has {clip.frame_count} frames; where a bundle is rendered as the official "
        f"code does it, the first {RENDERED} of its time_crop (config.json) are used, else all.",
    )

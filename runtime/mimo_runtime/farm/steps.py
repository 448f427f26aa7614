"""The job of a shot as steps that depend on one another: plain data, whichever scheduler runs it.

A driving video is decomposed and a character's picture made ready, each once; then segments are
rendered apart, and at last joined. Every step is a command with the shot file, and every one is
idempotent: what is there is not made again.
"""

from dataclasses import dataclass
from typing import Final

from mimo_runtime.farm.shot_file import ShotFile
from mimo_runtime.planning.frame_runs import numbers_of
from mimo_runtime.planning.segments import segment_ranges

DECOMPOSE: Final = "decompose"
CHARACTER: Final = "character"
RENDER: Final = "render"
STITCH: Final = "stitch"


@dataclass(frozen=True, slots=True)
class JobStep:
    """One step: the `command` of 'mimo' that is given the shot file and `options`, when the steps
    `after` (by their commands) are done.

    With `segments`, indices in the clip, it is done once for each of them, in any order.
    """

    command: str
    after: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    segments: tuple[range, ...] = ()

    @property
    def name(self) -> str:
        """As a job shows it."""
        return self.command.capitalize()


@dataclass(frozen=True, slots=True)
class ShotTask:
    """One command of a step: its `arguments`, and what it is called in sentences."""

    name: str
    step: str
    after: tuple[str, ...]
    arguments: tuple[str, ...]


def shot_steps(shot: ShotFile, frames: range) -> tuple[JobStep, ...]:
    """The steps of a shot of `frames`, each behind those that it depends on.

    Of a driving video without a frame range, `frames` are the most that there can be: how many
    there are is known when it is decomposed, and segments beyond them have nothing to do.
    """
    before = [JobStep(DECOMPOSE)] if "driving" in shot.options else []
    before += [JobStep(CHARACTER)] if shot.preparation else []
    render = JobStep(
        RENDER,
        tuple(step.command for step in before),
        ("--clamp",) if ends_when_decomposed(shot) else (),
        segment_ranges(frames, shot.segment_frames),
    )
    return (*before, render, JobStep(STITCH, (RENDER,)))


def ends_when_decomposed(shot: ShotFile) -> bool:
    """Whether how many frames a shot has is known only when its driving video is decomposed."""
    return "driving" in shot.options and "frame_range" not in shot.options


def tasks_of(shot: ShotFile, steps: tuple[JobStep, ...]) -> list[ShotTask]:
    """All commands of a job, for machines that see the shot file where this one has it."""
    path, tasks = str(shot.path.resolve()), []
    for step in steps:
        command = (step.command, path, *step.options)
        if not step.segments:
            tasks.append(ShotTask(f"The step {step.name}", step.command, step.after, command))
        for segment in step.segments:
            numbers = numbers_of(segment, shot.first_frame)
            arguments = (*command, "--frames", numbers)
            name = f"The segment {numbers}"
            tasks.append(ShotTask(name, step.command, step.after, arguments))
    return tasks

"""A shot as a job of Open Job Description (2023-09), which several schedulers run."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from mimo_runtime.farm.shot_file import ShotFile
from mimo_runtime.farm.steps import JobStep

SPECIFICATION: Final = "jobtemplate-2023-09"
NOTIFY_S: Final = 60
"""What a task that is cancelled may still take to drop its frame."""


def job_template(shot: ShotFile, folder: Path, steps: Sequence[JobStep]) -> dict[str, Any]:
    """The template of a job of `steps`; of one that has segments, each is a chunk of frames.

    Nodes find the shot file, where path mapping says that it is, and all that it names; the
    command is in their PATH or where the job's parameter Mimo says. How many frames a task has can
    be changed by the scheduler: any cut gives the same frames.

    Args:
        folder: in which the template is to lie. A shot file in it, or below, is the default of the
            job's parameter Shot; of others the specification allows none.
    """
    return {
        "specificationVersion": SPECIFICATION,
        "extensions": ["TASK_CHUNKING"],
        "name": shot.output.name,
        "parameterDefinitions": [
            {
                "name": "Mimo",
                "type": "STRING",
                "default": "mimo",
                "description": "The command on the nodes.",
            },
            _shot_parameter(shot.path.resolve(), folder.resolve()),
            *(
                {"name": name, "type": "STRING", "default": value}
                for name, value in shot.variables.items()
            ),
        ],
        **_environment(shot.variables),
        "steps": [_step(step, shot) for step in steps],
    }


def _environment(variables: Mapping[str, str]) -> dict[str, Any]:
    """The variables of a shot file, as parameters of the job say."""
    if not variables:
        return {}
    values = {name: f"{{{{Param.{name}}}}}" for name in variables}
    return {"jobEnvironments": [{"name": "Variables", "variables": values}]}


def _shot_parameter(path: Path, folder: Path) -> dict[str, Any]:
    parameter = {"name": "Shot", "type": "PATH", "objectType": "FILE", "dataFlow": "IN"}
    if path.is_relative_to(folder):
        parameter["default"] = str(path.relative_to(folder))
    return parameter


def _step(step: JobStep, shot: ShotFile) -> dict[str, Any]:
    command = [step.command, "{{Param.Shot}}", *step.options]
    after = [{"dependsOn": name.capitalize()} for name in step.after]
    content: dict[str, Any] = {"name": step.name} | ({"dependencies": after} if after else {})
    if not step.segments:
        return content | {"script": _script(command)}
    return content | {
        "parameterSpace": {"taskParameterDefinitions": [_chunks(step, shot)]},
        "stepEnvironments": [_node()],
        "script": _script([*command, "--frames", "{{Task.Param.Frame}}"]),
    }


def _chunks(step: JobStep, shot: ShotFile) -> dict[str, Any]:
    """Consecutive frames, as many at a time as a segment has."""
    frames = range(step.segments[0].start, step.segments[-1].stop)
    return {
        "name": "Frame",
        "type": "CHUNK[INT]",
        "range": f"{frames[0] + shot.first_frame}-{frames[-1] + shot.first_frame}",
        "chunks": {
            "defaultTaskCount": shot.segment_frames,
            "rangeConstraint": "CONTIGUOUS",
        },
    }


def _node() -> dict[str, Any]:
    """One process for all tasks of a session, which keeps the bundle loaded."""
    socket = "{{Session.WorkingDirectory}}/node.sock"
    actions = {
        name: {"command": "{{Param.Mimo}}", "args": ["farm", command, socket]}
        for name, command in (("onEnter", "node-start"), ("onExit", "node-end"))
    }
    return {"name": "Node", "script": {"actions": actions}}


def _script(arguments: list[str]) -> dict[str, Any]:
    cancelation = {"mode": "NOTIFY_THEN_TERMINATE", "notifyPeriodInSeconds": NOTIFY_S}
    run = {
        "command": "{{Param.Mimo}}",
        "args": [*arguments, "--openjd"],
        "cancelation": cancelation,
    }
    return {"actions": {"onRun": run}}

"""A shot as a job of Open Job Description (2023-09), which several schedulers run."""

from pathlib import Path
from typing import Any, Final

from mimo_runtime.farm.shot_file import ShotFile

SPECIFICATION: Final = "jobtemplate-2023-09"
NOTIFY_S: Final = 60
"""What a task that is cancelled may still take to drop its frame."""


def job_template(shot: ShotFile, folder: Path, frames: range) -> dict[str, Any]:
    """The template of a job that renders a shot's segments, each a chunk of frames, and joins them.

    Nodes find the shot file, where path mapping says that it is, and all that it names; the
    command is in their PATH or where the job's parameter Mimo says. How many frames a task has can
    be changed by the scheduler: any cut gives the same frames.

    Args:
        folder: in which the template is to lie. A shot file in it, or below, is the default of the
            job's parameter Shot; of others the specification allows none.
        frames: of the clip, as indices.
    """
    numbers = f"{frames[0] + shot.first_frame}-{frames[-1] + shot.first_frame}"
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
        ],
        "steps": [_render(numbers, shot.segment_frames), _stitch()],
    }


def _shot_parameter(path: Path, folder: Path) -> dict[str, Any]:
    parameter = {"name": "Shot", "type": "PATH", "objectType": "FILE", "dataFlow": "IN"}
    if path.is_relative_to(folder):
        parameter["default"] = str(path.relative_to(folder))
    return parameter


def _render(numbers: str, segment_frames: int) -> dict[str, Any]:
    chunks = {"defaultTaskCount": segment_frames, "rangeConstraint": "CONTIGUOUS"}
    frame = {"name": "Frame", "type": "CHUNK[INT]", "range": numbers, "chunks": chunks}
    return {
        "name": "Render",
        "parameterSpace": {"taskParameterDefinitions": [frame]},
        "stepEnvironments": [_node()],
        "script": _script(["render", "{{Param.Shot}}", "--frames", "{{Task.Param.Frame}}"]),
    }


def _node() -> dict[str, Any]:
    """One process for all tasks of a session, which keeps the bundle loaded."""
    socket = "{{Session.WorkingDirectory}}/node.sock"
    actions = {
        name: {"command": "{{Param.Mimo}}", "args": ["farm", command, socket]}
        for name, command in (("onEnter", "node-start"), ("onExit", "node-end"))
    }
    return {"name": "Node", "script": {"actions": actions}}


def _stitch() -> dict[str, Any]:
    return {
        "name": "Stitch",
        "dependencies": [{"dependsOn": "Render"}],
        "script": _script(["stitch", "{{Param.Shot}}"]),
    }


def _script(arguments: list[str]) -> dict[str, Any]:
    cancelation = {"mode": "NOTIFY_THEN_TERMINATE", "notifyPeriodInSeconds": NOTIFY_S}
    run = {
        "command": "{{Param.Mimo}}",
        "args": [*arguments, "--openjd"],
        "cancelation": cancelation,
    }
    return {"actions": {"onRun": run}}

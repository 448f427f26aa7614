"""Launch a job by OpenCue's outline library: JSON of `opencue.outline_job` on stdin.

Run as a script by a Python that has that library and need not have this program.
"""

import json
import sys
from typing import Any

_MISSING = 3


def launched(job: dict[str, Any]) -> list[str]:
    """Launch a job; gives back what Cuebot calls it."""
    from outline import Outline, cuerun
    from outline.modules.shell import Shell, ShellCommand

    frames = next(each["range"] for each in job["layers"] if each["range"])
    outline = Outline(job["name"], frame_range=frames)
    for name, value in job["variables"].items():
        outline.set_env(name, value, True)  # others are for wrappers that are not used here
    layers: dict[str, Any] = {}
    for each in job["layers"]:
        name, command = each["name"], each["command"]
        if each["range"]:
            layer = Shell(name, command=command, range=each["range"], chunk=1)
        else:
            layer = ShellCommand(name, command=command)
        for earlier in each["after"]:
            layer.depend_all(layers[earlier])
        layers[name] = layer
        outline.add_layer(layer)
    jobs = cuerun.launch(outline, use_pycuerun=False)
    return [each.name() for each in jobs]


if __name__ == "__main__":
    sys.path.pop(0)  # this folder, whose modules have names of others
    try:
        names = launched(json.load(sys.stdin))
    except ImportError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(_MISSING)
    sys.stdout.write("\n".join(f"{name}: launched." for name in names) + "\n")

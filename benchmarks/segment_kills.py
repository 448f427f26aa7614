"""Workers of a render farm killed at random moments: is anything half, is the result the same?

    python -m benchmarks.segment_kills --kills 50

A segment of the shipped sample is rendered undisturbed once. Then the same command is begun again
and again and gets SIGKILL: every other one after a random share of that time, the others at a
random moment after the first frame. After each kill every frame that has its name must be the
undisturbed one to the byte, and every segment's file must be whole. At last the command runs to its
end, which must be the undisturbed result and leave nothing temporary.
"""

import contextlib
import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from mimo_runtime.farm.shot_folder import FRAMES, RECORD, SEGMENTS, open_shot
from mimo_runtime.sample import BUNDLE, CHARACTER, YARD

COMMAND = "from mimo_runtime.cli import main; main()"
SEED = 15


@dataclass(frozen=True, slots=True)
class Kills:
    """How many workers were killed at what: before the shot was begun (`loading`), before its
    first frame (`denoising`), with some frames of the segment (`writing`), or after it (`done`).
    `leftovers` is how many work folders of killed ones were there at most at a time.
    """

    kills: int
    loading: int
    denoising: int
    writing: int
    done: int
    leftovers: int
    undisturbed_s: float


class DamageError(AssertionError):
    """Something is half, or not what it was."""


def measure(kills: int, arguments: list[str], frames: str, folder: Path) -> Kills:
    """Kill `kills` workers that render `frames` with `arguments`, below `folder`.

    Raises DamageError.
    """
    began_s = time.monotonic()
    _run(arguments, frames, folder / "undisturbed").wait()
    undisturbed_s = time.monotonic() - began_s
    expected = _bytes_of(folder / "undisturbed" / FRAMES)
    if not expected:
        raise DamageError("The undisturbed command wrote nothing; run it by hand.")
    writing_s = _writing_s(folder / "undisturbed")
    shot, chance = folder / "killed", random.Random(SEED)
    at, leftovers = Counter[str](), 0
    for number in range(kills):
        worker = _run(arguments, frames, shot)
        if number % 2:
            _wait_for_frames(worker, shot)
        with contextlib.suppress(subprocess.TimeoutExpired):
            worker.wait(chance.uniform(0, writing_s if number % 2 else undisturbed_s))
        worker.kill()
        worker.wait()
        at[_check(shot, expected)] += 1
        leftovers = max(leftovers, len(list(shot.glob(".work-*"))))
        _begin_anew(shot)
    _run(arguments, frames, shot).wait()
    if _bytes_of(shot / FRAMES) != expected or list(shot.glob(".*")):
        raise DamageError(f"{shot} is not the undisturbed result, or something temporary is left.")
    stages = {name: at[name] for name in ("loading", "denoising", "writing", "done")}
    return Kills(kills, **stages, leftovers=leftovers, undisturbed_s=undisturbed_s)


def _writing_s(shot: Path) -> float:
    """From the first frame to the segment's own file."""
    times_s = [
        path.stat().st_mtime for name in (FRAMES, SEGMENTS) for path in (shot / name).iterdir()
    ]
    return max(times_s) - min(times_s)


def _wait_for_frames(worker: "subprocess.Popen[bytes]", shot: Path) -> None:
    while worker.poll() is None and not _bytes_of(shot / FRAMES):
        time.sleep(0.002)


def _run(arguments: list[str], frames: str, shot: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", COMMAND, "-q", "render", *arguments, "--frames", frames]
    output = subprocess.DEVNULL
    return subprocess.Popen([*command, "-o", str(shot)], stdout=output, stderr=output)


def _check(shot: Path, expected: Mapping[str, bytes]) -> str:
    """What the worker was at. Raises DamageError where something is half."""
    written = _bytes_of(shot / FRAMES)
    for name, data in written.items():
        if expected.get(name) != data:
            raise DamageError(f"{name} is not the undisturbed frame.")
    segments = _bytes_of(shot / SEGMENTS)
    for name, data in segments.items():
        files = json.loads(data)["files"]
        if set(files) != set(expected) or set(written) != set(expected):
            raise DamageError(f"The segment {name} is there without all of its frames.")
    if segments:
        return "done"
    if written:
        return "writing"
    if (shot / RECORD).exists():
        open_shot(shot)
        return "denoising"
    return "loading"


def _begin_anew(shot: Path) -> None:
    """Forget all but the work folders of killed workers, so that there is something to kill."""
    for name in (SEGMENTS, FRAMES):
        for path in (shot / name).glob("*"):
            path.unlink()
    (shot / RECORD).unlink(missing_ok=True)


def _bytes_of(folder: Path) -> dict[str, bytes]:
    if not folder.is_dir():
        return {}
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@click.command()
@click.option("--kills", type=click.IntRange(1), default=50, show_default=True)
def main(kills: int) -> None:
    """Kill workers that render a segment of the sample."""
    given = {"bundle": BUNDLE, "character": CHARACTER, "template": YARD}
    arguments = [part for name, path in given.items() for part in (f"--{name}", str(path))]
    with TemporaryDirectory(prefix="mimo-kills-") as folder:
        result = measure(kills, arguments, "13-18", Path(folder))
    print(json.dumps(asdict(result), indent=1))


if __name__ == "__main__":
    main()

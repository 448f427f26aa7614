"""The steps of a job as plain data: which there are, what each waits for, which command it is."""

from pathlib import Path

import pytest

from mimo_runtime.farm.shot_file import read_shot
from mimo_runtime.farm.steps import shot_steps, tasks_of

LEAST = (
    "shot: 1\nbundle: b\ncharacter: me.png\noutput: shot\nsegment_frames: 4\nfirst_frame: 1001\n"
)


def written(folder: Path, *lines: str) -> Path:
    path = folder / "shot.yaml"
    path.write_text(LEAST + "\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize(
    ("lines", "before", "options"),
    [
        (["template: t"], [], ()),
        (["driving: d.mp4"], ["decompose"], ("--clamp",)),
        (["driving: d.mp4", "frame_range: 1001-1010"], ["decompose"], ()),
        (["template: t", "prepare: {}"], ["character"], ()),
        (["driving: d.mp4", "prepare: {size: 512}"], ["decompose", "character"], ("--clamp",)),
    ],
)
def test_what_is_made_first_and_what_waits_for_it(
    tmp_path: Path, lines: list[str], before: list[str], options: tuple[str, ...]
) -> None:
    *first, render, stitch = shot_steps(read_shot(written(tmp_path, *lines)), range(10))
    assert [(step.command, step.after, step.segments) for step in first] == [
        (command, (), ()) for command in before
    ]
    assert (render.command, render.after, render.options) == ("render", tuple(before), options)
    assert render.segments == (range(4), range(4, 8), range(8, 10))
    assert (stitch.command, stitch.after, stitch.name) == ("stitch", ("render",), "Stitch")


def test_each_command_is_given_the_shot_file(tmp_path: Path) -> None:
    path = written(tmp_path, "driving: d.mp4")
    shot = read_shot(path)
    tasks = tasks_of(shot, shot_steps(shot, range(10)))
    assert [task.arguments for task in tasks] == [
        ("decompose", str(path)),
        *(
            ("render", str(path), "--clamp", "--frames", numbers)
            for numbers in ("1001-1004", "1005-1008", "1009-1010")
        ),
        ("stitch", str(path)),
    ]
    assert tasks[1].name == "The segment 1001-1004"

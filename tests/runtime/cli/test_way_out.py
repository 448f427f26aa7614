"""An error names the options that it leads to, as the command that was typed has them."""

from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.cli.main import mimo, run
from mimo_runtime.cli.way_out import command_of, with_options
from mimo_runtime.errors import InvalidRequestError
from tests.runtime.motions.bvh_text import CMU_PARTS, bvh_text
from tests.test_house_style import settings_of_errors


def bvh(prefix: str = "", frame_s: float = 1 / 30, far: float = 0.0) -> str:
    frames = np.zeros((40, 3 + 3 * len(CMU_PARTS)))
    frames[:, 2] = np.linspace(0, far, 40)
    text = bvh_text(frames, frame_s)
    return text if not prefix else text.replace("Left", prefix)


def poses(**more: object) -> dict[str, object]:
    return {"poses": np.zeros((20, 72)), "trans": np.zeros((20, 3)), **more}


FILES = {
    "no rate": ("a.npz", poses(), "(--source-fps)."),
    "no such rate": ("a.npz", poses(fps=np.array(-1)), "(--source-fps)."),
    "frame time of zero": ("a.bvh", bvh(frame_s=0.0), "(--source-fps)."),
    "millimetres": ("a.npz", poses(
        fps=np.array(30), trans=np.linspace(0, 3000, 60).reshape(20, 3)),
        "(--scale, --source-fps)."),
    "two people": ("a.npz", {"1": poses(fps=np.array(30)), "2": poses(fps=np.array(30))},
                   "(--actor)."),
    "other names": ("a.bvh", bvh("Zq"), "(--joints)."),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_refused_motion_names_the_option_that_helps(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file, content, option = FILES[name]
    path = tmp_path / file
    if isinstance(content, str):
        path.write_text(content)
    else:
        np.savez(path, **{key: np.asarray(value) for key, value in content.items()})
    assert run(["motion", str(path), "-o", str(tmp_path / "out")]) != 0
    assert capsys.readouterr().err.strip().splitlines()[-1].endswith(option)


def test_what_a_command_has_not_is_not_named() -> None:
    error = InvalidRequestError("Smaller people need tiles.", settings=("tiles",))
    assert with_options(error, mimo, ["-q", "decompose", "a.mp4"]) == (
        "Smaller people need tiles (--tiles)."
    )
    assert with_options(error, mimo, ["inspect", "render"]) == "Smaller people need tiles."
    assert command_of(mimo, ["jobs", "watch", "1"]).name == "watch"
    assert command_of(mimo, ["nothing", "render"]) is mimo


def test_every_setting_that_an_error_names_is_an_option() -> None:
    options = {each.name for command in mimo.commands.values() for each in command.params}
    named = settings_of_errors()
    assert {"source_fps", "actor", "joints", "scale", "tiles", "person"} <= named
    assert named <= options

"""`mimo motion` from a file to a folder that can drive a render."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.cli import main
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.reader import frames_at, open_clip
from mimo_runtime.motions.folder import read_record
from mimo_runtime.motions.pose_clip import read_pose_clip
from tests.runtime.body.smpl_files import VERTICES, smpl_arrays
from tests.runtime.motions.bvh_text import CMU_PARTS, bvh_text, random_frames


@pytest.fixture
def bvh_file(tmp_path: Path) -> Path:
    frames = np.zeros((33, 3 + 3 * len(CMU_PARTS)))
    frames[:, 2] = np.linspace(0, 5, 33)
    path = tmp_path / "walk.bvh"
    path.write_text(bvh_text(frames, 1 / 120))
    return path


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as end:
        main(["motion", *map(str, arguments)])
    assert isinstance(end.value.code, int)
    return end.value.code


def frames_of(folder: Path) -> list[np.ndarray]:
    with open_clip(folder / "sdc.mp4", MediaLimits()) as reader:
        return [frame.copy() for frame in frames_at(reader, range(reader.info.frame_count))]


def test_a_bvh_file_becomes_a_motion_folder(
    tmp_path: Path, bvh_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run(bvh_file, "-o", out, "--size", "64x64", "--frames", "0-8", "--camera", "side",
               "--licence-note", "CC0-1.0") == 0  # fmt: skip
    assert "8 frames of 64x64 px, 0.3 s at 30 frames a second" in capsys.readouterr().out
    frames = frames_of(out)
    assert len(frames) == 8
    assert all(frame.shape == (64, 64, 3) for frame in frames)
    assert all(0.05 < (frame.max(axis=2) > 20).mean() < 0.5 for frame in frames)
    record = read_record(out)
    assert (record.frame_count, record.colours) == (8, "surface")
    assert (record.source, record.licence_note) == ("walk.bvh", "CC0-1.0")


def test_a_motion_folder_s_postures_are_a_motion_again(tmp_path: Path, bvh_file: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    options = ("--size", "64x64", "--seconds", "0-0.1")
    assert run(bvh_file, "-o", first, *options) == 0
    assert run(first / "motion.npz", "-o", second, *options) == 0
    assert (first / "motion.npz").read_bytes() == (second / "motion.npz").read_bytes()
    for one, other in zip(frames_of(first), frames_of(second), strict=True):
        np.testing.assert_array_equal(one, other)


def test_how_the_file_was_understood_is_said_in_one_line(
    tmp_path: Path, bvh_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(bvh_file, "-o", tmp_path / "out", "--size", "64x64", "--frames", "0-2") == 0
    assert "walk.bvh: BVH, Mixamo names, y up, " in capsys.readouterr().err


def test_a_motion_is_shaped_seen_and_previewed(tmp_path: Path, bvh_file: Path) -> None:
    out, joints = tmp_path / "out", tmp_path / "joints.json"
    joints.write_text('{"left_hand": "LeftHand"}')
    assert run(bvh_file, "-o", out, "--size", "64x64", "--frames", "0-4", "--mirror", "--turn", 30,
               "--loop", 2, "--camera", "follow", "--preview", "--shape", "male=1", "--up", "y",
               "--shape", "tall=0.2", "--scale", 2, "--source-fps", 60, "--joints", joints,
               "--actor", 1) == 0  # fmt: skip
    clip = read_pose_clip(out / "motion.npz")
    assert clip.motion.frame_count == 8
    assert clip.shape == {"male": 1.0, "tall": 0.2}
    assert clip.cameras.frame_count == 8
    assert (out / "preview.png").exists()


def test_a_turned_motion_is_seen_from_where_it_was(tmp_path: Path, bvh_file: Path) -> None:
    options = ("--size", "64x64", "--frames", "0-1")
    assert run(bvh_file, "-o", tmp_path / "a", *options) == 0
    assert run(bvh_file, "-o", tmp_path / "b", *options, "--turn", 90) == 0
    straight, turned = (frames_of(tmp_path / name)[0] for name in "ab")
    widths = [np.ptp(np.nonzero(frame.max(axis=2) > 20)[1]) for frame in (straight, turned)]
    assert widths[1] < 0.6 * widths[0]


def test_an_amass_motion_is_drawn_in_official_colours(tmp_path: Path) -> None:
    np.savez(tmp_path / "smpl.npz", **smpl_arrays())
    red = np.tile([1.0, 0, 0], (VERTICES, 1))
    np.save(tmp_path / "sdc_info.npy", {"smpl": red}, allow_pickle=True)
    poses = np.zeros((3, 72))
    poses[:, 0] = np.pi / 2
    np.savez(tmp_path / "a.npz", poses=poses, trans=np.zeros((3, 3)), mocap_framerate=30)
    out = tmp_path / "out"
    assert run(tmp_path / "a.npz", "-o", out, "--size", "64x64", "--body-model",
               tmp_path / "smpl.npz", "--sdc-info", tmp_path / "sdc_info.npy") == 0  # fmt: skip
    frames = frames_of(out)
    assert len(frames) == 3
    brightest = frames[0].reshape(-1, 3)[frames[0].max(axis=2).argmax()].astype(int)
    assert brightest[0] > 150 > 80 > brightest[1:].max()
    record = read_record(out)
    assert (record.body, record.colours) == ("smpl-24", "official")


def test_a_bvh_motion_can_be_drawn_in_official_colours_too(tmp_path: Path, bvh_file: Path) -> None:
    np.savez(tmp_path / "smpl.npz", **smpl_arrays())
    np.save(tmp_path / "sdc_info.npy", {"smpl": np.ones((VERTICES, 3))}, allow_pickle=True)
    out = tmp_path / "out"
    assert run(bvh_file, "-o", out, "--size", "64x64", "--frames", "0-2", "--body-model",
               tmp_path / "smpl.npz", "--sdc-info", tmp_path / "sdc_info.npy") == 0  # fmt: skip
    assert len(frames_of(out)) == 2
    assert read_record(out).body == "smpl-24"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("{bvh}", "--camera", "above"), 2, "The camera 'above' is not understood"),
        (("{bvh}", "--size", "9"), 2, "The size '9' is not WIDTHxHEIGHT"),
        (("{bvh}", "--source-fps", "fast"), 2, "no number of frames a second"),
        (("{bvh}", "--joints", "{bvh}"), 2, "is no JSON"),
        (("{bvh}", "--shape", "tall"), 2, "is not NAME=SHARE"),
        (("{bvh}", "--shape", "round=1"), 2, "There is no body shape 'round'"),
        (("{bvh}", "--actor", "2"), 2, "holds 1 people"),
        (("{bvh}", "--seconds", "9-10"), 2, "leaves none"),
        (("{bvh}", "--sdc-info", "{bvh}"), 2, "give your body model with them"),
        (("{bvh}", "--body-model", "{bvh}"), 3, "no file of plain arrays"),
        (("{bvh}.bvh",), 3, "No such file"),
        (("{odd}",), 3, "lacks, by the names of its joints: left_arm"),
    ],
)
def test_errors_are_sentences_and_leave_nothing(
    tmp_path: Path,
    bvh_file: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    code: int,
    words: str,
) -> None:
    odd = tmp_path / "odd.bvh"
    odd.write_text(bvh_text(random_frames(0), rename={"LeftArm": "Wing"}))
    out = tmp_path / "out"
    filled = [argument.format(bvh=bvh_file, odd=odd) for argument in arguments]
    assert run(*filled, "-o", out) == code
    assert words in capsys.readouterr().err
    assert not out.exists()


def test_the_command_line_does_not_load_the_compiler_before_it_is_needed() -> None:
    code = "import sys, mimo_runtime.cli; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_it_is_listed_and_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == 0
    out = capsys.readouterr().out
    assert "--source-fps" in out
    assert "--body-model" in out


def test_a_motion_file_given_to_a_render_leads_here(
    bvh_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["render", "--bundle", "b", "--character", "c.png", "--motion", str(bvh_file),
              "--scene", "s.png", "-o", "o.mp4"])  # fmt: skip
    assert end.value.code == 2
    assert "draw it first with 'mimo motion walk.bvh -o walk'" in capsys.readouterr().err

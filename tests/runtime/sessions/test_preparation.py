"""The process that prepares what a client sent: its end, and who started it."""

import json
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from mimo_runtime.body.shipped import load_body
from mimo_runtime.errors import CancelledError, InvalidRequestError, LimitExceededError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.motions.pose_file import write_poses
from mimo_runtime.motions.procedural import walk
from mimo_runtime.sample import YARD
from mimo_runtime.sessions.inputs import InputLimits
from mimo_runtime.sessions.orders import (
    CharacterOrder,
    DecomposeOrder,
    MixOrder,
    order_from,
    to_line,
)
from mimo_runtime.sessions.preparation import carry_out, template_order
from mimo_runtime.sessions.spool import Spool
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.wire.kinds import InputKind
from mimo_runtime.wire.motion_view import MotionView
from mimo_runtime.wire.progress import Progress

DRIVING = YARD.with_name("driving.mp4")
VIEW = MotionView("side", 96, 64, 12)


def order(folder: Path, limits: MediaLimits | None = None) -> DecomposeOrder:
    return DecomposeOrder(DRIVING, folder / "t", limits or MediaLimits())


def test_orders_come_back_as_they_were(tmp_path: Path) -> None:
    mixed = MixOrder(tmp_path / "a.bvh", tmp_path / "b", tmp_path / "t", MediaLimits(), VIEW)
    picture = tmp_path / "me.png"
    character = CharacterOrder(picture, None, tmp_path / "c", MediaLimits(), tmp_path / "p.png")
    matted = replace(character, matte=tmp_path / "matte.png")
    for each in (order(tmp_path, MediaLimits(max_frames=3)), mixed, character, matted):
        assert order_from(to_line(each)) == each


def test_it_keeps_the_server_s_limits(tmp_path: Path) -> None:
    asked = order(tmp_path, MediaLimits(max_frames=3))
    with pytest.raises(LimitExceededError, match="3"):
        carry_out(asked, CancellationToken(), lambda _: None)
    assert not list(tmp_path.iterdir())


def test_a_scene_keeps_them_too(tmp_path: Path) -> None:
    skeleton = load_body().skeleton
    write_poses(tmp_path / "walk.npz", walk(skeleton, 2, Fraction(12)), skeleton)
    limits = MediaLimits(max_width_px=100)
    asked = MixOrder(tmp_path / "walk.npz", YARD / "bk.mp4", tmp_path / "t", limits, VIEW)
    with pytest.raises(LimitExceededError, match="100"):
        carry_out(asked, CancellationToken(), lambda _: None)
    assert not (tmp_path / "t").exists()


PRINTING = """
import os, threading, time
from mimo_runtime.sessions.preparation_worker import main
def chatter():
    while not os.path.sameopenfile(1, 2):
        time.sleep(0.01)
    os.write(1, b"a library's word")
talking = threading.Thread(target=chatter)
talking.start()
main()
talking.join()
"""


def test_what_libraries_print_is_not_taken_for_news(tmp_path: Path) -> None:
    asked = to_line(order(tmp_path, MediaLimits(max_frames=3)))
    command = [sys.executable, "-c", PRINTING]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, text=True, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(asked)
        process.stdin.flush()  # and stays open: it ends with the process that started it
        said = [json.loads(line) for line in process.stdout]
        assert "a library's word" in process.stderr.read()
    assert [line["reason"] for line in said] == ["LIMIT_EXCEEDED"]


def test_cancelling_ends_it(tmp_path: Path) -> None:
    token = CancellationToken()

    def cancel(_progress: Progress) -> None:
        token.cancel()

    with pytest.raises(CancelledError):
        carry_out(order(tmp_path), token, cancel)
    assert not (tmp_path / "t").exists()


def test_it_ends_with_who_started_it(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "mimo_runtime.sessions.preparation_worker"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(to_line(order(tmp_path)))
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["stage"] == "people"
        process.stdin.close()  # as when the one at the other end dies
        assert process.wait(timeout=60) == 1


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        ({"DRIVING": "", "MOTION": ""}, "were mixed"),
        ({"DRIVING": "", "MOTION_FILE": "a.bvh", "SCENE_PICTURE": ""}, "were mixed"),
        ({"MOTION_FILE": "a.bvh", "SCENE": "", "POSES": ""}, "were mixed"),
        ({"MOTION_FILE": "a.bvh"}, "no scene"),
    ],
)
def test_one_way_at_a_time(kinds: dict[str, str], said: str, tmp_path: Path) -> None:
    spool = Spool(InputLimits(), tmp_path)
    for kind, name in kinds.items():
        spool.append(InputKind[kind], name, b"1", last=True)
    with pytest.raises(InvalidRequestError, match=said):
        template_order(spool, tmp_path / "t", MediaLimits(), VIEW)


def test_a_template_is_taken_as_it_is(tmp_path: Path) -> None:
    spool = Spool(InputLimits(), tmp_path)
    spool.append(InputKind.MOTION, "", b"1", last=True)
    assert template_order(spool, tmp_path / "t", MediaLimits(), VIEW) is None


@pytest.mark.parametrize("name", ["", "walk", "walk.", "walk.b/vh"])
def test_a_motion_file_says_what_it_is(name: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match=r"such as walk\.bvh"):
        Spool(InputLimits(), tmp_path).append(InputKind.MOTION_FILE, name, b"1", last=True)


def test_a_name_leads_nowhere_else(tmp_path: Path) -> None:
    spool = Spool(InputLimits(), tmp_path)
    spool.append(InputKind.MOTION_FILE, "../../etc/walk.BVH", b"1", last=True)
    assert spool.file(InputKind.MOTION_FILE) == spool.folder / "motion_file.bvh"

"""The tables of motions in docs/inputs.md say what the code does."""

import re
from pathlib import Path

from mimo_runtime.motions import motion
from mimo_runtime.motions.files import bvh, gltf_file, joint_arrays, smpl_keys
from mimo_runtime.motions.files.source import CONVERTED, TAKEN
from mimo_runtime.motions.retargeting import sanity
from mimo_runtime.motions.retargeting.humanoid_bones import BONES
from mimo_runtime.motions.retargeting.skeleton_conventions import CONVENTIONS

TEXT = (Path(__file__).parents[1] / "docs" / "inputs.md").read_text()


def rows(heading: str) -> list[list[str]]:
    """The cells of the table whose first row's cells begin with `heading`."""
    lines = TEXT[TEXT.index(f"| {heading} |") :].split("\n\n")[0].split("\n")
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:] if line]


def words(cell: str) -> list[str]:
    """What stands in code marks."""
    return re.findall(r"`([^`]+)`", cell)


def test_the_files_that_are_read_are_those() -> None:
    assert {words(ending)[0] for ending, *_ in rows("ending | what it holds")} == set(TAKEN)


def test_the_files_that_are_not_read_lead_on() -> None:
    assert {words(ending)[0]: way for ending, way in rows("ending | way")} == CONVERTED


def test_conventions_are_spelled_as_they_are_read() -> None:
    told = {label: (arm.split(", "), leg.split(", "), words(example)[0])
            for label, arm, leg, example in rows("convention")}  # fmt: skip
    assert told == {
        label: ([word for word in row.arm_words if word],
                [word for word in row.leg_words if word], row.example)
        for label, row in CONVENTIONS.items()
    }  # fmt: skip


def test_all_bones_are_named() -> None:
    assert [bone for _, cell in rows("of | bones") for bone in words(cell)] == list(BONES)


def test_keys_are_those_that_are_looked_for() -> None:
    assert [tuple(words(cell)) for _, cell, _ in rows("what | keys")] == [
        smpl_keys.POSE_KEYS, smpl_keys.ROOT_KEYS, smpl_keys.BODY_KEYS, smpl_keys.HAND_KEYS,
        smpl_keys.PATH_KEYS, smpl_keys.RATE_KEYS, joint_arrays.KEYS,
    ]  # fmt: skip


def test_counts_of_joints_are_those_that_are_taken() -> None:
    told = next(shape for what, _, shape in rows("what | keys") if what == "joints alone")
    counts = re.findall(r"\d+", told.partition(":")[2].partition(",  of")[0].partition("of ")[0])
    assert tuple(map(int, counts)) == joint_arrays.COUNTS


def test_limits_are_those_that_are_kept() -> None:
    refused = " ".join(what for what, _ in rows("what | because"))
    for limit in (
        f"{sanity.MAX_SPEED_M_PER_S:g} m/s", f"{sanity.MAX_WAY_M:g} m",
        f"{motion.MAX_FRAMES} frames", f"{bvh.MAX_JOINTS} joints", f"{gltf_file.MAX_NODES} nodes",
    ):  # fmt: skip
        assert limit in refused
    assert f"{joint_arrays.USUAL_FPS} a second unless said" in TEXT


def test_options_that_are_named_exist() -> None:
    from mimo_runtime.cli.motion import motion as command

    known = {option for parameter in command.params for option in parameter.opts}
    section = TEXT[TEXT.index("## Motions") :]
    assert set(re.findall(r"`(--[a-z-]+)", section)) <= known

"""BVH files, and what can be wrong with them."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.body.rotations import from_quaternion
from mimo_runtime.errors import InvalidRequestError, LimitExceededError, MediaError, MimoError
from mimo_runtime.motions.files import bvh
from mimo_runtime.motions.files.bvh import read_bvh
from mimo_runtime.motions.files.bvh_motion import bvh_motion
from tests.runtime.body.arms import few

SMALL = """HIERARCHY
ROOT Hips
{
    OFFSET 1.0 2.0 3.0
    CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
    JOINT Left Leg {
        OFFSET 0.5 -1 0
        CHANNELS 3 Zrotation Yrotation Xrotation
        End Site
        {
            OFFSET 0 -4 0
        }
    }
}
MOTION
Frames: 2
Frame Time: .0083333
10 20 30 0 0 0 0 0 0
10 20 31 90 90 0 0 0 0
"""


def small(old: str = "", new: str = "") -> bytes:
    assert old in SMALL
    return SMALL.replace(old, new, 1).encode()


def test_a_small_file_is_read_as_written() -> None:
    file = read_bvh("small.bvh", small())
    assert file.skeleton.names == ("Hips", "Left Leg")
    assert file.skeleton.parents == (-1, 0)
    np.testing.assert_allclose(file.skeleton.rest_m, [[1, 2, 3], [1.5, 1, 3]])
    np.testing.assert_allclose(file.skeleton.tails_m, [[1.5, 1, 3], [1.5, -3, 3]])
    assert file.rate_fps == 120
    assert file.values.shape == (2, 9)


def test_the_root_is_at_its_channels_and_rotations_apply_last_channel_first() -> None:
    motion = bvh_motion(read_bvh("small.bvh", small()), "small.bvh")[0]
    np.testing.assert_allclose(motion.root_m, [[10, 20, 30], [10, 20, 31]])
    turn = from_quaternion(motion.rotations[1, 0])
    np.testing.assert_allclose(turn @ [0, 1, 0], [0, 0, 1], atol=1e-6)
    np.testing.assert_allclose(turn @ [1, 0, 0], [0, 1, 0], atol=1e-6)


def test_a_root_without_position_stays_at_its_offset() -> None:
    data = small("6 Xposition Yposition Zposition Zr", "3 Zr").replace(b"10 20 30 ", b"")
    motion = bvh_motion(read_bvh("s.bvh", data.replace(b"10 20 31 ", b"")), "s.bvh")[0]
    np.testing.assert_allclose(motion.root_m, [[1, 2, 3]] * 2)


def test_windows_line_ends_a_byte_order_mark_and_capitals_do_not_matter() -> None:
    data = b"\xef\xbb\xbf" + small().replace(b"\n", b"\r\n").replace(b"HIERARCHY", b"Hierarchy")
    assert read_bvh("s.bvh", data).values.shape == (2, 9)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("HIERARCHY", "HIERARCH", "Line 1 of 's.bvh'.*expected 'HIERARCHY', found 'HIERARCH'"),
        ("1.0 2.0 3.0", "1.0 2.0", "Line 4 of 's.bvh'.*expected 3 numbers, found 2"),
        ("1.0 2.0", "1.0 two", "Line 4 .*could not convert string to float: 'two'"),
        ("1.0 2.0", "1.0 nan", "Line 4 .*not finite"),
        ("10 20 31", "10 1e300 31", "Line 19 .*not finite, or beyond all measure"),
        ("6 Xpos", "5 Xpos", "Line 5 .*number of channels"),
        ("6 Xpos", "6 Wpos", "Line 5 .*number of channels"),
        ("6 Xposition Y", "6 Yposition Y", "Line 5 .*number of channels"),
        ("JOINT Left Leg", "BONE Left Leg", "Line 6 .*expected JOINT, End Site or }"),
        ("JOINT Left Leg", "JOINT", "Line 6 .*a joint has no name"),
        ("OFFSET 0 -4 0", "SIZE 0 -4 0", "Line 11 .*expected OFFSET or }, found 'SIZE'"),
        ("Frames: 2", "Frames: two", "Line 16 .*could not convert"),
        ("Frames: 2", "Frames: 1.5", "Line 16 .*number of frames"),
        ("Frames: 2", "Frames: 0", "Line 16 .*number of frames"),
        ("Frames: 2", "Frames: 4", "ends after line 19; it is incomplete: it holds 2 of the 4 "),
        (".0083333", "0", "line 17 .*lasts 0 seconds .*0.001 to 1"),
        (".0083333", "0,008,3", "Line 17 .*write numbers with a point"),
        (".0083333", "-1", "line 17 .*lasts -1 seconds .*0.001 to 1"),
        ("Frames: 2", "Frames: 4\n# 10 20 31", "ends after line 20; .* 2 of the 4 "),
        ("10 20 30 0", "10 20 30", "Line 18 .*expected 9 numbers, found 8"),
        (SMALL[SMALL.index("MOTION"):], "", "ends after line 14; it is incomplete"),
        (SMALL[9:], "", "ends after line 1; it is incomplete"),
        (SMALL, "", "ends after line 0"),
    ],
)  # fmt: skip
def test_a_fault_is_a_sentence_with_its_line(old: str, new: str, words: str) -> None:
    with pytest.raises(MediaError, match=words):
        read_bvh("s.bvh", small(old, new))


@pytest.mark.parametrize("words_a_line", [1, 5, 18])
def test_lines_mean_nothing_where_the_numbers_are_all_there(words_a_line: int) -> None:
    head, frames = SMALL[: SMALL.index("10 20 30")], SMALL[SMALL.index("10 20 30") :]
    words = frames.split()
    rows = [words[at : at + words_a_line] for at in range(0, len(words), words_a_line)]
    text = head + "\n".join(map(" ".join, rows))
    np.testing.assert_array_equal(
        read_bvh("s.bvh", text.encode()).values, read_bvh("s.bvh", small()).values
    )


def test_a_joint_without_an_end_goes_on_as_its_parent() -> None:
    end_site = SMALL[SMALL.index("        End Site") : SMALL.index("    }\n}")]
    for new in ("", end_site.replace("OFFSET 0 -4 0", ""), end_site.replace("-4", "0")):
        file = read_bvh("s.bvh", small(end_site, new))
        np.testing.assert_allclose(file.skeleton.tails_m[1], [1.75, 0.5, 3])


def test_zeros_behind_the_end_do_not_matter() -> None:
    padded = read_bvh("s.bvh", small() + bytes(99))
    np.testing.assert_array_equal(padded.values, read_bvh("s.bvh", small()).values)


def test_bytes_that_are_no_text_are_a_sentence() -> None:
    with pytest.raises(MediaError, match="it is not text"):
        read_bvh("s.bvh", b"HIERARCHY\n\x00\xfe")


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-8-sig", "utf-16-le", "utf-16-be"])
def test_names_may_be_in_any_usual_encoding(encoding: str) -> None:
    data = SMALL.replace("Left Leg", "Hüfte").encode(encoding)
    assert read_bvh("s.bvh", data).skeleton.names == ("Hips", "Hüfte")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Frames: 2", "Frames:2"),
        ("Frames: 2", "Frames : 2.0"),
        ("Frame Time: .0", "FrameTime:.0"),
        ("End Site", "EndSite"),
        ("End Site", "End Site Tip"),
        ("OFFSET 0 -4 0", "OFFSET 0 -4 0\nCHANNELS 0"),
        ("        OFFSET 0.5 -1 0\n        CHANNELS 3 Zrotation Yrotation Xrotation",
         "        CHANNELS 3 Zrotation Yrotation Xrotation\n        OFFSET 0.5 -1 0"),
        ("10 20 30 0", "10 20 30\n0"),
        ("HIERARCHY", "# made by hand\nHIERARCHY"),
        ("10 20 31 90 90 0", "10 20 31 9.0e1 9e+1 1e-40"),
        ("10 20 31 90 90 0", "10,0 20,000 31 9,0e1 90 0"),
        (".0083333", "0,0083333"),
    ],
)  # fmt: skip
def test_other_spellings_of_a_file_are_that_file(old: str, new: str) -> None:
    usual, other = read_bvh("s.bvh", small()), read_bvh("s.bvh", small(old, new))
    assert other.rate_fps == usual.rate_fps
    np.testing.assert_allclose(other.values, usual.values, atol=1e-30)
    np.testing.assert_array_equal(other.skeleton.tails_m, usual.skeleton.tails_m)


def test_what_is_odd_about_the_frames_is_said() -> None:
    assert read_bvh("s.bvh", small()).remarks == ()
    short = read_bvh("s.bvh", small("Frames: 2", "Frames: 3"))
    assert short.remarks == ("2 of 3 frames are there",)
    assert len(short.values) == 2
    cut_off = read_bvh("s.bvh", small("10 20 31 90", "10 20 31"))
    assert (cut_off.remarks, len(cut_off.values)) == (("1 of 2 frames are there",), 1)
    long = read_bvh("s.bvh", small("Frames: 2", "Frames: 1"))
    assert long.remarks == ("the file has more frames than the 1 that it announces",)
    wide = read_bvh("s.bvh", small("0 0\n10", "0 0 7\n10").replace(b"0 0 0\n", b"0 0 0 7\n"))
    assert wide.values.shape == (2, 9)
    assert "1 numbers a frame more" in wide.remarks[0]


def test_joints_of_one_name_get_a_number() -> None:
    assert read_bvh("s.bvh", small("Left Leg", "Hips")).skeleton.names == ("Hips", "Hips.001")


def test_of_two_people_one_is_chosen() -> None:
    person = SMALL[SMALL.index("ROOT") : SMALL.index("MOTION")]
    both = SMALL.replace("MOTION", person.replace("Hips", "B Hips") + "MOTION")
    data = both.replace("0 0 0\n", "0 0 0 1 2 3 0 0 0 0 0 0\n").encode()
    assert read_bvh("s.bvh", data, actor=2).values[1].tolist() == [1, 2, 3, 0, 0, 0, 0, 0, 0]
    assert read_bvh("s.bvh", data, actor=1).values[1].tolist() == [10, 20, 31, 90, 90, 0, 0, 0, 0]
    for actor in (None, 3):
        with pytest.raises(InvalidRequestError, match=r"2 people .*1: 'Hips', 2: 'B Hips'"):
            read_bvh("s.bvh", data, actor)


def test_a_rate_that_is_given_comes_before_the_files() -> None:
    assert read_bvh("s.bvh", small(".0083333", "0"), rate_fps=Fraction(25)).rate_fps == 25


def test_too_many_joints_or_frames_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bvh, "MAX_JOINTS", 1)
    with pytest.raises(LimitExceededError, match="more than 1 joints"):
        read_bvh("s.bvh", small())
    monkeypatch.setattr(bvh, "MAX_JOINTS", 2)
    with pytest.raises(LimitExceededError, match="more than 100000 frames"):
        read_bvh("s.bvh", small("Frames: 2", "Frames: 300000"))


@few
@given(st.integers(0, len(SMALL) - 1), st.integers(0, 3), st.text("{}0a -.\n", max_size=3))
def test_damage_is_read_or_refused_with_a_sentence(place: int, cut: int, put: str) -> None:
    data = (SMALL[:place] + put + SMALL[place + cut :]).encode()
    try:
        file = read_bvh("s.bvh", data)
    except MimoError as error:
        assert "'s.bvh'" in str(error)  # noqa: PT017
    else:
        assert np.isfinite(file.values).all()

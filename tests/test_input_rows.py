"""Every row of docs/inputs.md that tells what is done has a test that shows it; so has every kind
of file that was reported to come out wrong.

Tables whose rows the code lists itself are compared with it in `test_inputs` and
`test_motion_inputs`; here are the others. A new row fails until it names its test.
"""

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.test_inputs import tables

RUNTIME = Path(__file__).parent / "runtime"
ROWS = {
    "Colour": {
        "matrix and range": "media/test_colour h264_patches",
        "no primaries, and HLG or PQ":
            "media/test_hdr hdr_of_which_only_the_curve_is_tagged_is_bt2020",
        "no matrix": "media/test_colour untagged_video_in_hd_is_taken_as_players_do",
        "transfer `arib-std-b67` (HLG)": "media/test_hdr the_colours_of_a_player",
        "transfer `smpte2084` (PQ)": "media/test_hdr the_colours_of_a_player",
        "primaries `bt2020`": "media/test_hdr the_colours_of_a_player",
        "primaries `smpte431`, `smpte432` (P3)": "media/test_hdr the_colours_of_a_player",
        "primaries of BT.601": "media/test_colour h264_patches",
        "transfers of SDR (BT.709, sRGB, gamma 2.2 and 2.8)": "media/test_colour h264_patches",
        "transfers `linear` and `smpte428` (digital cinema)":
            "media/test_hdr light_by_other_curves",
        "nothing, but the container says it (Matroska's Colour, `colr`)":
            "media/test_hdr what_only_the_container_says_is_heard",
        "YCgCo, ICtCp and other matrices that swscale would take for another":
            "media/test_colour colours_that_would_be_taken_for_others_are_refused",
        "opacity, also that of WebM":
            "media/test_kinds_of_streams transparent_video_is_laid_on_white",
    },
    "Geometry": {
        "display matrix": "media/test_orientation eight_ways_to_show_a_clip",
        "pixels that are not square, in container or stream, up to 4:1":
            "media/test_orientation pixels_that_are_not_square",
        "interlaced frames, either field first, or pictures coded field by field (MBAFF, PAFF)":
            "media/test_fields pictures_that_are_coded_as_two_fields",
        "nothing, but pictures of a driving or scene video are woven of two fields, by FFmpeg's "
        "idet on the first 120 frames at most":
            "media/test_fields fields_that_nothing_tells_of_are_found_where_they_are_looked_for",
        "fields of a film at 29.97 or 30 frames a second, two and three of each of its frames in "
        "turn (pulldown, telecine), in a driving or scene video":
            "media/test_fields a_film_in_fields_is_that_film",
        "whole frames that repeat the one before in a fixed order of at most 30 frames and 6 "
        "copies, as a film of 24 stored at 60 or 30, in a driving or scene video":
            "media/test_cadence repeats_are_left_out",
        "odd sides": "decomposition/test_clip sizes_are_even_never_larger_and_of_the_same_shape",
        "larger than `--size`": "decomposition/test_clip 4k_is_reduced_and_said",
    },
    "Recordings that do not begin or end well": {
        "begins in the middle of a group of pictures, or was cut at an open one":
            "media/test_recordings a_cut_at_an_open_group_begins_with_its_key_frame",
        "is a transport stream, or an MP4 in fragments, that breaks off":
            "media/test_recordings a_capture_that_ends_anywhere",
        "was trimmed or put together by an edit list, as phones do":
            "media/test_edit_lists what_an_edit_list_shows_is_taken",
        "is joined of several recordings: time stamps begin anew or, in a transport stream, go on "
        "by seconds": "media/test_recordings time_goes_on_where_transport_streams_were_joined",
        "holds several video streams":
            "media/test_kinds_of_streams of_several_streams_the_default_else_the_largest",
        "holds sound": "media/test_sound what_is_read_is_what_is_there_to_the_sample",
        "has cover art, marked as that or as MJPEG or PNG beside another codec":
            "media/test_kinds_of_streams cover_art_is_no_video",
    },
    "How a picture is understood": {
        "EXIF orientation": "media/test_picture the_camera_orientation_is_applied",
        "ICC profile (Display P3, Adobe RGB, CMYK, grey, Lab)":
            "media/test_profiles colour_profiles_are_applied",
        "a broken profile, or one of another kind than the picture":
            "media/test_profiles a_broken_or_foreign_profile_is_taken_as_none",
        "no profile but code points (cICP of PNG, which count before a profile; nclx of AVIF and "
        "HEIC)": "media/test_coded_colours a_png_is_shown_as_it_says",
        "no profile but gAMA and cHRM of PNG": "media/test_coded_colours grey_by_its_gamma",
        "more than 16,777,216 pixels": "media/test_picture a_large_picture_is_reduced",
        "16 bits": "media/test_picture grey_palette_and_16_bit_become_rgb",
    },
    "How a character is cut out": {
        "a matte, in alpha or given with `--matte`":
            "cli/test_character_mattes a_matte_can_be_given",
        "a border of one colour on three sides at least, or of one that changes smoothly, as in a "
        "studio": "analysis/matting/test_plain_ground the_ground_of_a_studio_is_plain",
        "a frame of one colour around one of these":
            "analysis/matting/test_plain_ground a_frame_is_no_ground",
        "anything else": "analysis/matting/test_matte the_character_is_cut_out_with_a_soft_edge",
    },
    "Motions": {
        "which joint is which bone":
            "motions/retargeting/test_humanoid_bones any_spelling_of_a_skeleton_is_that_skeleton",
        "which way is up": "motions/retargeting/test_world_axes a_file_in_other_axes",
        "which way is the front":
            "motions/retargeting/test_world_axes "
            "a_zero_posture_that_looks_elsewhere_than_the_motion",
        "left-handed data": "motions/files/test_source what_had_to_be_found_out_is_said",
        "the unit of length": "motions/files/test_source what_had_to_be_found_out_is_said",
        "frames a second": "motions/test_frame_rate a_frame_time_means_the_rate_that_prints_so",
        "which person": "motions/files/test_bvh of_two_people_one_is_chosen",
    },
    "What is refused": {
        "arms, legs, hips or shoulders without length":
            "motions/retargeting/test_retarget bones_without_length_are_a_sentence",
        "numbers that are not finite":
            "motions/files/test_source_smpl poses_that_do_not_fit_are_a_sentence",
        "a path faster than 12 m/s for more than single frames, or longer than 1000 m":
            "motions/files/test_source_smpl millimetres_are_told_and_can_be_scaled",
        "hips above each other in every posture":
            "motions/retargeting/test_zero_posture hips_above_each_other_are_no_person",
        "a BVH that ends more than one frame early":
            "motions/files/test_bvh a_fault_is_a_sentence_with_its_line",
        "more than 100000 frames, 500 joints of a BVH, 5000 nodes of a glTF":
            "motions/files/test_bvh too_many_joints_or_frames_are_refused",
    },
}  # fmt: skip
REPORTED = {
    "HDR video": "media/test_hdr the_colours_of_a_player",
    "a display matrix that mirrors": "media/test_orientation eight_ways_to_show_a_clip",
    "a last frame that is held":
        "decomposition/test_clip a_last_frame_that_is_held_changes_no_rate",
    "pixels that are not square": "media/test_orientation pixels_that_are_not_square",
    "interlaced video": "decomposition/test_fields somebody_is_found_in_fields",
    "a cut at an open group of pictures":
        "media/test_recordings a_cut_at_an_open_group_begins_with_its_key_frame",
    "bytes behind the last box": "media/test_recordings bytes_behind_the_end_do_not_matter",
    "transport packets of 192 bytes": "media/test_recordings transport_packets_of_all_sizes",
    "a recording that was never finished":
        "media/test_recordings a_recording_that_was_not_finished_is_told",
    "an alpha channel that is no matte":
        "cli/test_character_mattes an_alpha_with_one_odd_dot_is_no_matte",
    "a matte that lies in alpha": "media/test_matte a_matte_that_lies_in_the_alpha",
    "a picture with a colour profile": "media/test_profiles colour_profiles_are_applied",
    "a zero posture along an axis":
        "motions/retargeting/test_zero_posture bones_along_their_own_axes",
    "a world whose up is another than the zero posture's":
        "motions/retargeting/test_world_axes a_world_in_other_axes_than_the_zero_posture",
    "poses of SMPL with y up":
        "motions/files/test_source_smpl smpl_poses_in_any_axes_need_no_model",
    "bones that lie far from ours":
        "motions/retargeting/test_zero_posture some_bones_that_lie_otherwise",
    "joints above the hips": "motions/files/test_source what_moves_below_the_root_moves",
    "a zero posture along no axis":
        "motions/retargeting/test_world_axes a_zero_posture_that_looks_elsewhere_than_the_motion",
    "left-handed data": "motions/files/test_source what_had_to_be_found_out_is_said",
    "spellings of joints":
        "motions/retargeting/test_humanoid_bones any_spelling_of_a_skeleton_is_that_skeleton",
    "a rounded frame time": "motions/test_frame_rate a_frame_time_means_the_rate_that_prints_so",
    "one frame fewer than announced":
        "motions/files/test_source a_bvh_file_and_how_it_was_understood",
    "two people": "motions/files/test_bvh of_two_people_one_is_chosen",
    "bones without length": "motions/retargeting/test_retarget bones_without_length_are_a_sentence",
    "a path in millimetres":
        "motions/files/test_source_smpl millimetres_are_told_and_can_be_scaled",
    "a character on a plain ground": "analysis/matting/test_plain_ground the_arms_stay_on",
    "who is taken": "analysis/test_tracks size_does_not_win_over_a_body",
}  # fmt: skip


@cache
def names_in(module: str) -> set[str]:
    """The names of the tests of a module of `RUNTIME`, without "test_"."""
    parsed = ast.parse((RUNTIME / f"{module}.py").read_text(encoding="utf-8"))
    functions = [node.name for node in parsed.body if isinstance(node, ast.FunctionDef)]
    return {name.removeprefix("test_") for name in functions if name.startswith("test_")}


@pytest.mark.parametrize("heading", sorted(ROWS))
def test_every_row_names_its_test(heading: str) -> None:
    assert {row[0] for row in tables(heading)[0]} == set(ROWS[heading])


TABLES = [*ROWS.items(), ("reported", REPORTED)]
SHOWN = [(row, test) for _, table in TABLES for row, test in table.items()]


@pytest.mark.parametrize(("row", "test"), SHOWN)
def test_that_test_is_there(row: str, test: str) -> None:
    module, name = test.split()
    assert name in names_in(module), row

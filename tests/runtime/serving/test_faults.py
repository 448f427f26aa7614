"""Faults that were found in the server once: each has tests, which are named here and are there."""

import re
from pathlib import Path

import pytest

RUNTIME = Path(__file__).parents[1]
FAULTS = {
    "F1 thin pictures": "serving/test_bad_input.py::test_a_thin_picture_costs_nothing",
    "F2 idle streams": "serving/test_abuse.py::test_idle_streams_keep_nobody_out",
    "F2 one connection": "serving/test_abuse.py::test_streams_of_one_connection_are_bounded",
    "F3 slow senders": "serving/test_abuse.py::test_slow_senders_hold_no_place_and_are_dropped",
    "F4 slow readers": "serving/test_abuse.py::test_a_slow_reader_holds_no_place",
    "F5 vetting is left": "serving/test_abuse.py::"
    "test_a_client_that_leaves_while_its_clips_are_vetted_gives_its_place_back",
    "F5 vetting is ended": "serving/test_server.py::"
    "test_a_second_signal_ends_a_server_that_vets_clips",
    "F6 cut in silence": "serving/test_bad_input.py::test_what_a_mode_leaves_out_of_a_clip_is_told",
    "F7 keepalives": "serving/test_abuse.py::"
    "test_a_client_that_pings_while_it_waits_is_not_sent_away",
    "F8 cost": "serving/test_abuse.py::test_more_work_than_is_accepted_is_refused",
    "F8 memory": "synthesis/test_memory.py::test_the_figure_is_what_the_buffers_take",
    "F9 rings": "serving/test_abuse.py::"
    "test_refused_clips_leave_no_memory_to_the_garbage_collector",
    "F10 killed decoders": "media/test_supervision.py::"
    "test_a_child_that_the_system_kills_is_no_fault_of_the_file",
    "F10 hard limits": "media/test_script.py::test_a_hard_limit_on_memory_is_kept",
    "F11 rates": "serving/test_bad_input.py::test_rates_that_are_no_whole_number_are_served",
    "F12 orphans": "sessions/test_spool_root.py::"
    "test_what_a_killed_server_left_is_removed_by_the_next",
    "F13 no protobuf": "serving/test_abuse.py::"
    "test_what_is_no_protobuf_is_one_sentence_and_no_incident",
    "F14 numbers": "serving/test_bad_input.py::test_broken_template_config",
    "F15 scarcity": "test_scarcity.py::test_what_is_short_is_named",
    "F16 draining": "serving/test_server.py::"
    "test_a_server_that_is_asked_to_end_finishes_its_streams",
    "F17 telemetry": "test_telemetry.py::"
    "test_onnx_runtime_is_told_to_be_quiet_before_it_is_imported",
    "F18 certificates": "serving/test_tls.py::"
    "test_certificates_that_are_replaced_are_served_without_a_restart",
    "F19 logs": "serving/test_observed.py::test_calls_are_logged_and_counted",
    "F20 frozen servers": "client/test_synthesize.py::test_a_server_that_is_frozen_is_unreachable",
    "F21 options": "cli/test_config_file.py::test_every_option_can_be_in_it",
    "F22 silence": "serving/test_lifetime.py::test_a_client_that_falls_silent_is_dropped",
    "F23 half-close": "serving/test_abuse.py::test_the_work_begins_without_a_closed_sending_side",
    "F24 full disk": "sessions/test_spool.py::test_a_disk_without_room_is_a_sentence",
    "F25 no threads": "serving/test_ending.py::test_the_system_ends_what_cannot_end_itself",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_has_its_test(fault: str) -> None:
    file, _, name = FAULTS[fault].partition("::")
    assert re.search(rf"^def {name}\(", (RUNTIME / file).read_text(), re.MULTILINE)


def test_every_fault_is_named() -> None:
    found = {int(re.match(r"F(\d+)", fault)[1]) for fault in FAULTS}  # type: ignore[index]
    assert found == set(range(1, 26))

"""The audit log: lines follow each other over restarts, and nothing in between can change."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.errors import InvalidRequestError, MediaError
from mimo_runtime.provenance.audit_log import FIRST, AuditLog, check_audit_log


def a_log(path: Path, count: int = 5) -> Path:
    for number in range(count):  # of which each is a start of its own
        log = AuditLog(path)
        log.write({"event": "made", "number": number, "caller": "änne"})
        log.close()
    return path


def test_lines_follow_each_other(tmp_path: Path) -> None:
    path = a_log(tmp_path / "log")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["number"] for line in lines] == list(range(5))
    assert [line["previous"] for line in lines] == [FIRST, *(line["hash"] for line in lines[:-1])]
    assert check_audit_log(path) == (5, lines[-1]["hash"])
    (tmp_path / "empty").touch()
    assert check_audit_log(tmp_path / "empty") == (0, FIRST)


@given(data=st.data())
def test_no_byte_changes_unseen(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = a_log(tmp_path_factory.mktemp("log") / "log")
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(changed)
    with pytest.raises(MediaError, match="was changed, added or removed"):
        check_audit_log(path)


def test_no_line_goes_or_comes_unseen(tmp_path: Path) -> None:
    path = a_log(tmp_path / "log")
    lines = path.read_bytes().splitlines(keepends=True)
    for wrong in (lines[1:], lines[:2] + lines[3:], lines[:2] + lines[1:], lines[::-1], [b"{}\n"]):
        path.write_bytes(b"".join(wrong))
        with pytest.raises(MediaError):
            check_audit_log(path)
    with pytest.raises(MediaError, match="Cannot read"):
        check_audit_log(tmp_path / "none")


def test_it_goes_on_after_a_line_that_was_torn(tmp_path: Path) -> None:
    path = a_log(tmp_path / "log")
    with path.open("ab") as file:
        file.write(b'{"event":"made","num')
    a_log(path, 1)
    assert check_audit_log(path)[0] == 6


def test_what_is_no_log_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes"
    path.write_text("my notes\n")
    with pytest.raises(InvalidRequestError, match="none of an audit log"):
        AuditLog(path)
    assert path.read_text() == "my notes\n"
    with pytest.raises(InvalidRequestError, match="cannot be written"):
        AuditLog(tmp_path / "no" / "folder")

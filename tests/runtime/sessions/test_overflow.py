from pathlib import Path

import pytest

from mimo_runtime.sessions.overflow import Overflow


def test_bytes_come_back_and_leave_no_file(tmp_path: Path) -> None:
    overflow = Overflow(tmp_path, max_bytes=1000)
    reads = [overflow.put(bytes([index]) * 100) for index in range(5)]
    assert not list(tmp_path.iterdir())
    assert [read() for read in reads if read] == [bytes([index]) * 100 for index in range(5)]
    overflow.close()


def test_it_is_bounded_and_begins_anew_when_all_is_read(tmp_path: Path) -> None:
    overflow = Overflow(tmp_path, max_bytes=250)
    first, second = overflow.put(b"a" * 100), overflow.put(b"b" * 100)
    assert overflow.put(b"c" * 100) is None
    assert first is not None
    assert second is not None
    assert first() == b"a" * 100
    assert overflow.put(b"c" * 100) is None
    assert second() == b"b" * 100
    third = overflow.put(b"c" * 250)
    assert third is not None
    assert third() == b"c" * 250
    overflow.close()
    assert overflow.put(b"late") is None


def test_no_room_on_the_disk(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        Overflow(tmp_path / "gone", max_bytes=10).put(b"x")

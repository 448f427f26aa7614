"""Assets: whole or to be gone on with, each caller's by themselves, within a budget and a time."""

from hashlib import sha256
from pathlib import Path

import google_crc32c
import pytest

from mimo_runtime.errors import (
    DamagedUploadError,
    InvalidRequestError,
    LimitExceededError,
    NotFoundError,
    ProtocolError,
    ResourceError,
)
from tests.runtime.jobs.conftest import OpenState, put, spec_of

DATA = bytes(range(256)) * 40
DIGEST = sha256(DATA).hexdigest()


def test_an_upload_goes_on_where_it_broke_off(open_state: OpenState) -> None:
    state = open_state()
    first = state.assets.begin("ann", DIGEST, len(DATA), "walk.bvh")
    assert first is not None
    first.write(0, DATA[:1000], google_crc32c.value(DATA[:1000]))
    state.assets.leave(first)
    found = state.assets.get("ann", DIGEST)
    assert (found.committed_bytes, found.size_bytes, found.complete) == (1000, len(DATA), False)
    second = state.assets.begin("ann", DIGEST, len(DATA), "walk.bvh")
    assert second is not None
    assert second.offset == 1000
    second.write(1000, DATA[1000:])
    whole = state.assets.finish("ann", DIGEST, second)
    assert whole.complete
    assert state.assets.path("ann", DIGEST).read_bytes() == DATA
    assert state.assets.begin("ann", DIGEST, len(DATA), "") is None
    assert [each.sha256 for each in state.assets.listed("ann")] == [DIGEST]


def test_it_goes_on_after_a_restart(open_state: OpenState) -> None:
    state = open_state()
    upload = state.assets.begin("ann", DIGEST, len(DATA), "")
    assert upload is not None
    upload.write(0, DATA[:77])
    state.close()
    state = open_state()
    again = state.assets.begin("ann", DIGEST, len(DATA), "")
    assert again is not None
    again.write(77, DATA[77:])
    assert state.assets.finish("ann", DIGEST, again).complete


def test_what_is_wrong_with_a_piece(open_state: OpenState) -> None:
    state = open_state()
    upload = state.assets.begin("ann", DIGEST, len(DATA), "")
    assert upload is not None
    with pytest.raises(DamagedUploadError, match="CRC-32C"):
        upload.write(0, DATA[:10], 7)
    with pytest.raises(ProtocolError, match="0 have arrived"):
        upload.write(5, DATA[:10])
    with pytest.raises(LimitExceededError, match="that the header said"):
        upload.write(0, DATA + b"x")
    with pytest.raises(DamagedUploadError, match="ended after 0"):
        state.assets.finish("ann", DIGEST, upload)
    wrong = state.assets.begin("ann", DIGEST, 3, "")
    assert wrong is not None
    wrong.write(0, b"abc")
    with pytest.raises(DamagedUploadError, match="another SHA-256"):
        state.assets.finish("ann", DIGEST, wrong)
    with pytest.raises(NotFoundError):
        state.assets.get("ann", DIGEST)


def test_a_second_upload_of_the_same_file_takes_over(open_state: OpenState) -> None:
    state = open_state()
    first = state.assets.begin("ann", DIGEST, len(DATA), "")
    assert first is not None
    first.write(0, DATA[:10])
    second = state.assets.begin("ann", DIGEST, len(DATA), "")
    assert second is not None
    with pytest.raises(ProtocolError, match="Another call"):
        first.write(10, DATA[10:])
    second.write(10, DATA[10:])
    assert state.assets.finish("ann", DIGEST, second).complete


def test_to_know_a_hash_is_not_to_have_the_file(open_state: OpenState) -> None:
    state = open_state()
    put(state, "ann", DATA)
    with pytest.raises(NotFoundError):
        state.assets.get("bob", DIGEST)
    assert state.assets.begin("bob", DIGEST, len(DATA), "") is not None
    spec = spec_of(state.assets.get("ann", DIGEST), state.assets.get("ann", DIGEST))
    with pytest.raises(NotFoundError):
        state.jobs.create("bob", "1", spec, 0)


def test_a_budget_for_each_and_for_all(open_state: OpenState) -> None:
    state = open_state(max_stored_bytes=250, max_stored_bytes_per_caller=150)
    put(state, "ann", bytes(100))
    with pytest.raises(ResourceError, match="kept for you"):
        put(state, "ann", b"\1" * 100)
    put(state, "bob", bytes(100))
    with pytest.raises(ResourceError, match="kept for everybody"):
        put(state, "cat", bytes(100))
    state.assets.remove("ann", sha256(bytes(100)).hexdigest())
    put(state, "cat", bytes(100))


@pytest.mark.parametrize(
    ("digest", "size_bytes", "name"),
    [
        ("../../etc/passwd", 3, ""),
        (DIGEST[:-1], 3, ""),
        (DIGEST.upper(), 3, ""),
        (DIGEST, 3, "a/b"),
    ],
)
def test_names_that_cannot_be(
    open_state: OpenState, digest: str, size_bytes: int, name: str
) -> None:
    with pytest.raises(InvalidRequestError):
        open_state().assets.begin("ann", digest, size_bytes, name)


@pytest.mark.parametrize("size_bytes", [0, 1 << 50])
def test_sizes_that_cannot_be(open_state: OpenState, size_bytes: int) -> None:
    with pytest.raises(LimitExceededError):
        open_state().assets.begin("ann", DIGEST, size_bytes, "")


def test_what_nobody_uses_expires_and_what_a_job_needs_does_not(open_state: OpenState) -> None:
    state = open_state(asset_ttl_s=1e-9)
    needed, driving = put(state, "ann", b"needed"), put(state, "ann", b"driving")
    state.jobs.create("ann", "1", spec_of(needed, driving), 0)
    unused = put(state, "ann", b"unused")
    with pytest.raises(ProtocolError, match="needs the asset"):
        state.assets.remove("ann", needed.sha256)
    state.sweep()
    assert {each.sha256 for each in state.assets.listed("ann")} == {needed.sha256, driving.sha256}
    assert not state.assets.path("ann", unused.sha256).exists()


def test_files_of_nobody_are_removed_at_the_start(open_state: OpenState, tmp_path: Path) -> None:
    state = open_state()
    kept = put(state, "ann", DATA)
    folder = state.assets.path("ann", DIGEST).parent
    (folder / sha256(b"other").hexdigest()).write_bytes(b"other")
    (folder / f"{sha256(b'half').hexdigest()}.part").write_bytes(b"ha")
    (tmp_path / "state" / "results" / "video_x.mp4").write_bytes(b"old")
    state.close()
    state = open_state()
    assert [file.name for file in folder.iterdir()] == [kept.sha256]
    assert not list((tmp_path / "state" / "results").iterdir())


def test_what_is_removed_while_it_arrives_is_told_to_its_sender(open_state: OpenState) -> None:
    state = open_state()
    half = state.assets.begin("ann", DIGEST, len(DATA), "")
    assert half is not None
    half.write(0, DATA[:100])
    state.assets.remove("ann", DIGEST)
    with pytest.raises(ProtocolError, match="it was removed"):
        half.write(100, DATA[100:])
    whole = state.assets.begin("ann", DIGEST, len(DATA), "")
    assert whole is not None
    whole.write(0, DATA)
    state.assets.remove("ann", DIGEST)
    with pytest.raises(ProtocolError, match="it was removed"):
        state.assets.finish("ann", DIGEST, whole)
    with pytest.raises(NotFoundError):
        state.assets.get("ann", DIGEST)
    assert not list(state.assets.path("ann", DIGEST).parent.iterdir())


def test_a_file_that_two_calls_have_sent_is_that_of_the_later_one(open_state: OpenState) -> None:
    state = open_state()
    first = state.assets.begin("ann", DIGEST, len(DATA), "")
    assert first is not None
    first.write(0, DATA)
    second = state.assets.begin("ann", DIGEST, len(DATA), "")
    assert second is not None
    with pytest.raises(ProtocolError, match="Another call"):
        state.assets.finish("ann", DIGEST, first)
    assert state.assets.finish("ann", DIGEST, second).complete


def test_what_arrives_does_not_expire(open_state: OpenState) -> None:
    state = open_state(asset_ttl_s=1e-9)
    upload = state.assets.begin("ann", DIGEST, len(DATA), "")
    assert upload is not None
    state.sweep()
    upload.write(0, DATA)
    assert state.assets.finish("ann", DIGEST, upload).complete


def test_a_whole_file_takes_the_place_of_one_that_arrives(
    open_state: OpenState, tmp_path: Path
) -> None:
    state = open_state()
    half = state.assets.begin("ann", DIGEST, len(DATA), "")
    assert half is not None
    half.write(0, DATA[:100])
    (state.work / "whole").write_bytes(DATA)
    assert state.assets.adopt("ann", state.work / "whole", DIGEST, "a.bvh").complete
    assert [each.name for each in state.assets.path("ann", DIGEST).parent.iterdir()] == [DIGEST]
    with pytest.raises(ProtocolError):
        half.write(100, DATA[100:])

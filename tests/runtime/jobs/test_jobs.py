"""The rows of jobs: asked for once, told of to their caller, begun again after a kill."""

from hashlib import sha256
from pathlib import Path

import pytest

from mimo_runtime.errors import (
    BusyError,
    InvalidRequestError,
    NotFoundError,
    ProtocolError,
)
from mimo_runtime.jobs.asset import Asset
from mimo_runtime.jobs.job import Job, JobResult, JobState
from mimo_runtime.jobs.limits import MAX_ATTEMPTS, JobLimits
from mimo_runtime.jobs.spec import AssetInput, JobSpec
from mimo_runtime.jobs.state import State
from mimo_runtime.sessions.inputs import InputLimits
from mimo_runtime.wire.kinds import InputKind, OutputKind
from mimo_runtime.wire.motion_view import MotionView
from mimo_runtime.wire.progress import Progress
from mimo_runtime.wire.settings import Settings
from tests.runtime.jobs.conftest import OpenState, put, spec_of


def ask(state: State, caller: str, request_id: str, priority: int = 0) -> Job:
    """A job of two small files."""
    spec = spec_of(put_once(state, caller, b"picture"), put_once(state, caller, b"video"))
    return state.jobs.create(caller, request_id, spec, priority)


def put_once(state: State, caller: str, data: bytes) -> Asset:
    """An asset, sent if it is not there."""
    digest = sha256(data).hexdigest()
    if state.assets.path(caller, digest).exists():
        return state.assets.get(caller, digest)
    return put(state, caller, data)


def take(state: State) -> Job:
    """The job whose turn it is."""
    taken = state.progress.take()
    assert taken is not None
    return taken


def test_asked_for_twice_it_is_one_job(open_state: OpenState) -> None:
    state = open_state()
    first = ask(state, "ann", "r-1")
    assert ask(state, "ann", "r-1") == first
    assert ask(state, "bob", "r-1").id != first.id
    other = spec_of(put(state, "ann", b"another"), put_once(state, "ann", b"video"))
    with pytest.raises(InvalidRequestError, match="something else"):
        state.jobs.create("ann", "r-1", other, 0)


@pytest.mark.parametrize(
    ("request_id", "priority"), [("", 0), ("a b", 0), ("x" * 65, 0), ("x", 101)]
)
def test_what_cannot_be_asked(open_state: OpenState, request_id: str, priority: int) -> None:
    with pytest.raises(InvalidRequestError):
        ask(open_state(), "ann", request_id, priority)


def test_each_caller_sees_its_own(open_state: OpenState) -> None:
    state = open_state()
    job = ask(state, "ann", "1")
    for act in (state.jobs.get, state.jobs.cancel):
        with pytest.raises(NotFoundError):
            act("bob", job.id)
    assert not state.jobs.listed("bob", None, 10, 0)
    jobs = [job, *(ask(state, "ann", str(number)) for number in range(2, 6))]
    newest = state.jobs.listed("ann", None, 2, 0)
    assert newest == [jobs[4], jobs[3]]
    assert state.jobs.listed("ann", JobState.QUEUED, 9, newest[-1].number) == jobs[2::-1]


def test_only_so_many_may_wait(open_state: OpenState) -> None:
    state = open_state(max_jobs=3, max_jobs_per_caller=2)
    ask(state, "ann", "1")
    ask(state, "ann", "2")
    with pytest.raises(BusyError):
        ask(state, "ann", "3")
    ask(state, "bob", "1")
    with pytest.raises(BusyError):
        ask(state, "cat", "1")
    state.jobs.cancel("bob", state.jobs.listed("bob", None, 1, 0)[0].id)
    ask(state, "cat", "1")


def test_inputs_are_checked_at_the_door(open_state: OpenState) -> None:
    state = open_state()
    picture = AssetInput(InputKind.CHARACTER, put(state, "ann", b"picture").sha256)
    motion = AssetInput(InputKind.MOTION_FILE, picture.sha256)
    driving = AssetInput(InputKind.DRIVING, "0" * 64)
    for inputs in ((driving,), (picture,), (picture, motion), (picture, motion, driving)):
        with pytest.raises(InvalidRequestError):
            JobSpec(Settings(), OutputKind.VIDEO, MotionView(), inputs)
    spec = JobSpec(Settings(), OutputKind.VIDEO, MotionView(), (picture, driving))
    with pytest.raises(NotFoundError, match="upload it first"):
        state.jobs.create("ann", "1", spec, 0)
    assert JobSpec.from_json(spec.to_json()) == spec


def test_the_way_to_a_result(open_state: OpenState, tmp_path: Path) -> None:
    state = open_state()
    job = ask(state, "ann", "1")
    with pytest.raises(ProtocolError, match="has no result"):
        state.result_path(job)
    taken = take(state)
    assert (taken.id, taken.state, taken.attempts) == (job.id, JobState.RUNNING, 1)
    state.progress.tell(job.id, Progress("denoise", 2, 5), 28)
    told = state.jobs.get("ann", job.id)
    assert (told.progress, told.percent) == (Progress("denoise", 2, 5), 28)
    assert told.sequence == 3
    made = state.work / "made"
    made.write_bytes(b"the movie")
    state.keep_result(taken, made, JobResult(9, "x", "video/mp4", f"{job.id}.mp4"))
    done = state.jobs.get("ann", job.id)
    assert (done.state, done.progress, done.percent) == (JobState.SUCCEEDED, None, 100)
    assert state.result_path(done).read_bytes() == b"the movie"
    assert state.jobs.cancel("ann", job.id) == done
    assert state.room_bytes("ann") == JobLimits().max_stored_bytes_per_caller - 9 - 12


def test_what_is_not_wanted_any_more_is_not_kept(open_state: OpenState) -> None:
    state = open_state()
    job = ask(state, "ann", "1")
    taken = take(state)
    assert state.jobs.cancel("ann", job.id).state is JobState.CANCELLED
    made = state.work / "made"
    made.write_bytes(b"the movie")
    state.keep_result(taken, made, JobResult(9, "x", "video/mp4", "a.mp4"))
    state.progress.fail(job.id, "MEDIA", "Torn.")
    told = state.jobs.get("ann", job.id)
    assert (told.state, told.result, told.reason) == (JobState.CANCELLED, None, "")
    assert state.progress.take() is None


def test_turns_are_remembered(open_state: OpenState) -> None:
    state = open_state()
    for number in range(3):
        ask(state, "many", str(number))
    ask(state, "few", "1")
    taken = [state.progress.take() for _ in range(4)]
    assert [each.caller for each in taken if each] == ["many", "few", "many", "many"]


def test_what_ran_when_the_server_was_lost_begins_again_so_often(open_state: OpenState) -> None:
    state = open_state()
    job, waiting = ask(state, "ann", "1", 1), ask(state, "ann", "2")
    for attempt in range(1, MAX_ATTEMPTS + 1):
        taken = take(state)
        assert (taken.id, taken.attempts) == (job.id, attempt)
        state.close()
        state = open_state()
    told = state.jobs.get("ann", job.id)
    assert (told.state, told.reason) == (JobState.FAILED, "SERVER_LOST")
    assert state.jobs.get("ann", waiting.id) == waiting


def test_a_stopped_attempt_does_not_count(open_state: OpenState) -> None:
    state = open_state()
    job = ask(state, "ann", "1")
    for _ in range(MAX_ATTEMPTS + 2):
        assert state.progress.take() is not None
        state.progress.wait_again(job.id)
    assert state.jobs.get("ann", job.id).attempts == 0


def test_a_purged_job_is_nowhere_on_the_disk(open_state: OpenState, tmp_path: Path) -> None:
    state = open_state()
    face, dance = b"a face, which is nobody's business", b"how somebody dances"
    spec = spec_of(put(state, "ann", face, "my-face.png"), put(state, "ann", dance))
    job = state.jobs.create("ann", "my-very-own-request", spec, 0)
    taken = take(state)
    made = state.work / "made"
    made.write_bytes(b"the movie of my face")
    state.keep_result(taken, made, JobResult(20, "x", "video/mp4", f"{job.id}.mp4"))
    secrets = [face, dance, b"the movie", b"my-face", b"my-very-own", job.id.encode()]
    assert all(found(tmp_path, each) for each in secrets)
    state.purge(state.jobs.get("ann", job.id), assets=True)
    assert not any(found(tmp_path, each) for each in secrets)


def found(folder: Path, secret: bytes) -> bool:
    """Whether any file, or its name, holds some bytes."""
    return any(
        secret in path.name.encode() or (path.is_file() and secret in path.read_bytes())
        for path in folder.rglob("*")
    )


def test_jobs_that_ended_long_ago_are_forgotten(open_state: OpenState) -> None:
    state = open_state(job_ttl_s=1e-9)
    ended, waiting = ask(state, "ann", "1"), ask(state, "ann", "2")
    state.jobs.cancel("ann", ended.id)
    state.sweep()
    assert state.jobs.listed("ann", None, 9, 0) == [waiting]


def test_a_folder_is_one_servers(open_state: OpenState, tmp_path: Path) -> None:
    open_state()
    with pytest.raises(InvalidRequestError, match="Another server holds"):
        open_state()
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidRequestError, match="name another one"):
        State(tmp_path / "file", JobLimits(), InputLimits())
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "jobs.sqlite3").write_bytes(b"no database" * 100)
    with pytest.raises(InvalidRequestError, match="cannot be read"):
        State(tmp_path / "other", JobLimits(), InputLimits())


@pytest.mark.parametrize("name", ["max_jobs", "asset_ttl_s"])
def test_limits_that_cannot_be(name: str) -> None:
    with pytest.raises(InvalidRequestError, match=f"{name} is 0"):
        JobLimits(**{name: 0})

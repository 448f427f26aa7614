"""State folders of older programs, and of newer ones."""

import json
import sqlite3
from pathlib import Path

import pytest

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.jobs.job import JobState
from mimo_runtime.jobs.spec import AssetInput
from mimo_runtime.wire.kinds import InputKind, JobTask
from tests.runtime.jobs.conftest import OpenState

# As the first version of the folder had them, before attempts were judged by what they finished
# and before there were tasks, results with assets, and per cents.
FIRST = """
CREATE TABLE assets (
    caller TEXT NOT NULL, sha256 TEXT NOT NULL, size_bytes INTEGER NOT NULL, name TEXT NOT NULL,
    complete INTEGER NOT NULL, created_s REAL NOT NULL, expires_s REAL NOT NULL,
    PRIMARY KEY (caller, sha256)
);
CREATE TABLE jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, caller TEXT NOT NULL,
    request_id TEXT NOT NULL, spec TEXT NOT NULL, priority INTEGER NOT NULL,
    state TEXT NOT NULL, sequence INTEGER NOT NULL DEFAULT 1, attempts INTEGER NOT NULL DEFAULT 0,
    created_s REAL NOT NULL, started_s REAL NOT NULL DEFAULT 0, ended_s REAL NOT NULL DEFAULT 0,
    expires_s REAL NOT NULL DEFAULT 0, progress TEXT NOT NULL DEFAULT '',
    output TEXT NOT NULL DEFAULT '', result TEXT NOT NULL DEFAULT '',
    result_bytes INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '', sentence TEXT NOT NULL DEFAULT '',
    UNIQUE (caller, request_id)
);
CREATE INDEX jobs_by_state ON jobs (state);
CREATE TABLE job_assets (
    job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE, caller TEXT NOT NULL,
    sha256 TEXT NOT NULL
);
CREATE INDEX job_assets_by_asset ON job_assets (caller, sha256);
CREATE INDEX job_assets_by_job ON job_assets (job);
CREATE TABLE turns (caller TEXT PRIMARY KEY, turn INTEGER NOT NULL);
PRAGMA user_version=1;
"""
SPEC = (
    '{"inputs": [["CHARACTER", "aa", ""], ["DRIVING", "bb", ""]], "kind": "video", "settings": '
    '{"framing": "person", "guidance": null, "guidance_interval": null, "mode": null, "seed": 42, '
    '"solver": null, "step_table": null, "steps": 3}, "view": {"camera": "front", "fps": 30, '
    '"height_px": 512, "width_px": 512}}'
)
PROGRESS = '{"stage": "denoise", "done": 2, "total": 5}'
RESULT = '{"size_bytes": 9, "sha256": "cc", "media_type": "video/mp4", "file_name": "done.mp4"}'
ROW = "INSERT INTO jobs (id, caller, request_id, spec, priority, state, created_s, attempts, "


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "state"
    made.mkdir(mode=0o700)
    return made


def test_jobs_of_the_first_version_go_on(open_state: OpenState, folder: Path) -> None:
    with sqlite3.connect(folder / "jobs.sqlite3") as old:
        old.executescript(FIRST)
        values = "progress, result) VALUES (?, 'ann', ?, ?, 0, ?, 1, ?, ?, ?)"
        old.execute(ROW + values, ("waits", "1", SPEC, "queued", 0, "", ""))
        old.execute(ROW + values, ("ran", "2", SPEC, "running", 3, PROGRESS, ""))
        old.execute(ROW + values, ("done", "3", SPEC, "succeeded", 1, "", RESULT))
    old.close()
    (folder / "results").mkdir(mode=0o700)
    (folder / "results" / "done.mp4").write_bytes(b"the movie")
    state = open_state()
    waits, ran, done = (state.jobs.get("ann", name) for name in ("waits", "ran", "done"))
    assert (waits.state, waits.spec.settings.steps, waits.spec.task) == (
        JobState.QUEUED, 3, JobTask.VIDEO,
    )  # fmt: skip
    assert waits.spec.inputs[1] == AssetInput(InputKind.DRIVING, "bb")
    assert (ran.state, ran.percent) == (JobState.QUEUED, 0)  # the server was lost meanwhile
    assert (done.percent, state.result_path(done).read_bytes()) == (100, b"the movie")
    assert done.result is not None
    assert (done.result.assets, done.result.warnings) == ((), ())
    taken = state.progress.take()
    assert taken is not None
    state.progress.lose(taken.id, "ENGINE_LOST", "It was lost.")
    state.close()
    again = open_state()
    assert again.jobs.get("ann", "waits").attempts == 1


def test_a_progress_of_an_older_server_has_no_per_cents(
    open_state: OpenState, folder: Path
) -> None:
    with sqlite3.connect(folder / "jobs.sqlite3") as old:
        old.executescript(FIRST)
        values = "progress) VALUES ('j', 'ann', '1', ?, 0, 'failed', 1, 1, ?)"
        old.execute(ROW + values, (SPEC, PROGRESS))
    old.close()
    job = open_state().jobs.get("ann", "j")
    assert job.progress is not None
    assert (job.progress.stage, job.percent) == ("denoise", 0)
    assert json.loads(PROGRESS)["done"] == job.progress.done


def test_a_folder_of_a_newer_program_is_left_alone(open_state: OpenState, folder: Path) -> None:
    with sqlite3.connect(folder / "jobs.sqlite3") as newer:
        newer.execute("PRAGMA user_version=99")
    newer.close()
    before = (folder / "jobs.sqlite3").read_bytes()
    with pytest.raises(InvalidRequestError, match="a newer version of this program made them"):
        open_state()
    assert (folder / "jobs.sqlite3").read_bytes()[100:] == before[100:]

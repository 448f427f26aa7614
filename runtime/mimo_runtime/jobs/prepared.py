"""What a preparation made, kept: all of it as assets of the caller's, a preview as the result."""

import mimetypes
from collections.abc import Callable, Iterator
from pathlib import Path

from mimo_runtime.files import file_hash, link_or_copy, write_errors
from mimo_runtime.jobs.job import Job, JobResult
from mimo_runtime.jobs.spec import AssetInput
from mimo_runtime.jobs.state import State
from mimo_runtime.sessions.preparing import Preparing
from mimo_runtime.wire.kinds import InputKind, JobTask
from mimo_runtime.wire.prepared_files import character_files, template_files


def keep_prepared(
    state: State,
    job: Job,
    preparing: Preparing,
    on_made: Callable[[Job, JobResult, None], None],
) -> None:
    """Keep what a job has prepared, of which `on_made` hears, unless nobody wants it any more.

    Raises:
        ResourceError: it is more than the server may still keep, or the disk is full.
    """
    copies = preparing.spool.folder / "copies"
    copies.mkdir()
    assets = tuple(
        _asset(state, job, kind, path)
        for kind, path in _files(job.spec.task, preparing.made, copies)
    )
    preview = copies / preparing.preview.name
    with write_errors(preview):
        link_or_copy(preparing.preview, preview)
    media_type, _ = mimetypes.guess_type(preview.name)
    result = JobResult(
        preview.stat().st_size,
        file_hash(preview),
        media_type or "application/octet-stream",
        f"{job.id}{preview.suffix}",
        assets,
        preparing.warnings,
    )
    on_made(job, result, None)
    state.keep_result(job, preview, result)


def _asset(state: State, job: Job, kind: InputKind, path: Path) -> AssetInput:
    kept = state.assets.adopt(job.caller, path, file_hash(path), path.name)
    return AssetInput(kind, kept.sha256)


def _files(task: JobTask, folder: Path, copies: Path) -> Iterator[tuple[InputKind, Path]]:
    """What there is of a template or character, as files of `copies` that may be moved away."""
    files = character_files if task is JobTask.CHARACTER else template_files
    for kind, path, data in files(folder):
        copy = copies / path.name
        with write_errors(copy):
            if data is None:
                link_or_copy(path, copy)
            else:
                copy.write_bytes(data)
        yield kind, copy

"""The result of a job, fetched in pieces; a fetch that broke off goes on where it stopped."""

import zipfile
from collections.abc import Callable
from pathlib import Path

from mimo.v1 import jobs_pb2 as pb
from mimo_runtime.client.connection import Connection
from mimo_runtime.client.jobs import get_job
from mimo_runtime.errors import DamagedUploadError, InvalidRequestError, ProtocolError
from mimo_runtime.files import file_hash, write_errors
from mimo_runtime.frame_folder import FrameFolder

OnBytes = Callable[[int, int], None]  # received so far, altogether

PICTURES = "application/zip"
SUFFIXES = {"video/mp4": ".mp4", "image/png": ".png"}  # of what is one file


def download_result(
    connection: Connection, job_id: str, output: Path, on_bytes: OnBytes = lambda *_: None
) -> None:
    """Fetch what a job has made to `output`: NAME.mp4, or a folder for PNG pictures.

    The preview of a character is NAME.png.

    A broken line is waited for. What has arrived stays beside the output under a name that begins
    with a dot until it is whole, also when this is interrupted, and is gone on with.

    Raises:
        InvalidRequestError: the result is of another kind than `output`.
        ProtocolError: the job has no result.
        DamagedUploadError: what arrived is not what the server made; it is removed.
        MimoError: as the server says it.
    """
    job = get_job(connection, job_id)
    if not job.HasField("result"):
        raise ProtocolError(f"The job {job_id} has no result; watch it until it has succeeded.")
    _check_kind(job.result.media_type, output)
    part = output.with_name(f".{output.name}.{job_id}.part")
    with write_errors(output):
        _fetch(connection, job, part, on_bytes)
        _check(part, job.result.sha256)
    if job.result.media_type == PICTURES:
        _unpack(part, output)
    else:
        with write_errors(output):
            part.replace(output)


def _check_kind(media_type: str, output: Path) -> None:
    fits = (
        output.suffix == "" or output.is_dir()
        if media_type == PICTURES
        else output.suffix.lower() == SUFFIXES.get(media_type)
    )
    if not fits:
        raise InvalidRequestError(
            f"The result is {media_type} and '{output}' is none; give NAME.mp4 for a video, "
            "NAME.png for a picture, or a name without a suffix for a folder of pictures."
        )


def _fetch(connection: Connection, job: pb.Job, part: Path, on_bytes: OnBytes) -> None:
    retries, size_bytes = connection.retries(), job.result.size_bytes
    with part.open("ab") as file:
        while (offset := file.tell()) < size_bytes:
            with retries:
                request = pb.DownloadResultRequest(id=job.id, offset=offset)
                for piece in connection.stream(connection.jobs.DownloadResult, request):
                    retries.restore()
                    file.write(piece.data)
                    on_bytes(piece.offset + len(piece.data), size_bytes)


def _check(part: Path, sha256: str) -> None:
    if file_hash(part) != sha256:
        part.unlink()
        raise DamagedUploadError(
            "What arrived is not what the server made, by its SHA-256; fetch it again."
        )


def _unpack(part: Path, output: Path) -> None:
    """The pictures by their numbers; no name in the file decides where anything is written."""
    folder = FrameFolder(output)
    try:
        with zipfile.ZipFile(part) as file:
            for index, entry in enumerate(sorted(file.namelist())):
                folder.append(index, file.read(entry))
        folder.commit()
    finally:
        folder.discard()
    part.unlink()

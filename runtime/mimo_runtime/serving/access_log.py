"""The access log: a line of JSON for each call, without media, names of files or settings."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.serving.call_record import CallRecord


class AccessLog:
    """Writes to the file `path`, or to standard output where that is "-"; opened for appending.

    Raises:
        InvalidRequestError: the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._own = str(path) != "-"
        try:
            self._file = path.open("a", buffering=1) if self._own else sys.stdout
        except OSError as error:
            raise InvalidRequestError(
                f"The access log {path} cannot be written: {error.strerror}; name another file."
            ) from error

    def ended(self, record: CallRecord, status: str, seconds: float) -> None:
        """Write the line of a call."""
        values = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "request_id": record.request_id,
            "method": record.method,
            "host": record.host,
            "caller": record.caller,
            "status": status,
            "reason": record.reason,
            "seconds": round(seconds, 6),
            "frames": record.frames,
            "dropped": record.dropped,
            "late": record.late,
            "first_frame_s": record.first_frame_s,
        }
        self._file.write(json.dumps(values) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if self._own:
            self._file.close()

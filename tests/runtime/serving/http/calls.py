"""How tests ask the HTTP door."""

import contextlib
import hashlib
import http.client
import json
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

import mimo_runtime

ANYWHERE = "127.0.0.1:0"
DIGEST = hashlib.sha256(b"abcdef").hexdigest()
Answer = tuple[int, Any]
Ask = Callable[..., Answer]


def asking(address: str) -> Ask:
    def run(
        method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        kind = {"Content-Type": "application/json"} if isinstance(body, dict) else {}
        data = json.dumps(body).encode() if isinstance(body, dict) else body
        with contextlib.closing(http.client.HTTPConnection(address)) as connection:
            connection.request(method, path, data, {**kind, **(headers or {})})
            response = connection.getresponse()
            assert response.headers["x-request-id"] or response.status in (404, 405)
            assert response.headers["x-mimo-version"] == mimo_runtime.__version__
            assert len(response.headers["x-mimo-bundle"]) == 64
            return response.status, json.loads(response.read())

    return run


def curl(*arguments: Any) -> bytes:
    program = shutil.which("curl")
    if program is None:
        pytest.skip("curl is not installed")
    command = [program, "--silent", "--show-error", "--fail-with-body", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True).stdout


def ended(ask: Ask, video_id: str) -> dict[str, Any]:
    """A video when nothing more happens to it."""
    while (video := ask("GET", f"/v1/videos/{video_id}")[1])["status"] in ("queued", "in_progress"):
        pass
    return dict(video)

"""Good clients of a soaked server: each asks once, looks at what it gets, and tidies up."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.abuse import served
from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.body.camera import orbit
from mimo_runtime.body.shipped import load_body
from mimo_runtime.client.connection import Connection
from mimo_runtime.client.download import download_result
from mimo_runtime.client.inputs import Inputs
from mimo_runtime.client.jobs import JobRequest, create_job, purge_job, watch_job
from mimo_runtime.client.live import open_live
from mimo_runtime.client.live_pictures import LivePictures
from mimo_runtime.motions.pose_frames import camera_numbers, pose_frames
from mimo_runtime.motions.procedural import wave
from mimo_runtime.sample import CHARACTER, YARD
from mimo_runtime.wire.live import LiveSettings, PoseFrame, QueuePolicy
from mimo_runtime.wire.settings import Settings

FRAMES = 4
SIZE_PX = (96, 96)


@dataclass(frozen=True, slots=True)
class Where:
    """Where a server answers gRPC and HTTP."""

    grpc: str
    http: str


class WrongAnswerError(AssertionError):
    """A good client did not get what it asked for."""


def stream(where: Where) -> None:
    """The sample as a stream."""
    if not served(where.grpc).data:
        raise WrongAnswerError("A stream brought no frames.")


def job(where: Where) -> None:
    """The sample as a job, fetched and purged with its inputs."""
    with TemporaryDirectory() as folder, Connection(where.grpc) as connection:
        asked = create_job(connection, JobRequest(Inputs(CHARACTER, YARD), Settings(steps=1)))
        *_, ended = watch_job(connection, asked.id)
        if not ended.HasField("result"):
            raise WrongAnswerError(ended.error.sentence)
        download_result(connection, asked.id, Path(folder, "out.mp4"))
        purge_job(connection, asked.id, assets=False)


def http_video(where: Where) -> None:
    """The same by HTTP, of assets."""
    with closing(http.client.HTTPConnection(where.http, timeout=120)) as connection:

        def ask(method: str, path: str, body: bytes | None = None) -> bytes:
            kind = {"Content-Type": "application/json"} if path == "/v1/videos" else {}
            connection.request(method, path, body, kind)
            answer = connection.getresponse()
            data = answer.read()
            if answer.status >= 400:
                raise WrongAnswerError(data.decode())
            return data

        picture = json.loads(ask("POST", "/v1/assets", CHARACTER.read_bytes()))["id"]
        driving = YARD.with_name("driving.mp4")
        video = json.loads(ask("POST", "/v1/assets", driving.read_bytes()))["id"]
        fields = {"character": picture, "driving": video, "steps": 1}
        made = json.loads(ask("POST", "/v1/videos", json.dumps(fields).encode()))
        path = f"/v1/videos/{made['id']}"
        while made["status"] in ("queued", "in_progress"):
            time.sleep(0.2)
            made = json.loads(ask("GET", path))
        if made["status"] != "completed":
            raise WrongAnswerError(made["error"]["message"])
        if len(ask("GET", f"{path}/content")) != made["size_bytes"]:
            raise WrongAnswerError("A video is not as long as was told.")
        ask("DELETE", path)


def live(where: Where) -> None:
    """A short live stream."""
    rate = Fraction(1, 2)
    camera = camera_numbers(orbit((0, 0.9, 0), 0, 1.0, 3.0, SIZE_PX, 80.0))
    given = Settings(steps=1, guidance=1.0)
    settings = LiveSettings(rate, camera, policy=QueuePolicy.LOSSLESS, settings=given)
    (pose,) = pose_frames(wave(load_body().skeleton, 1, rate))
    with open_live(where.grpc, LivePictures(CHARACTER, CHARACTER), settings) as call:

        def send() -> None:
            for index in range(FRAMES):
                call.send_in_turn(PoseFrame(index, 0.0, pose.root_m, pose.rotations))
            call.end()

        sender = threading.Thread(target=send)
        sender.start()
        frames = [event for event in call.events() if isinstance(event, pb.LiveFrame)]
        sender.join()
    if len(frames) != FRAMES:
        raise WrongAnswerError(f"{len(frames)} of {FRAMES} frames came.")


CLIENTS: Mapping[str, Callable[[Where], None]] = {
    "stream": stream,
    "job": job,
    "http": http_video,
    "live": live,
}

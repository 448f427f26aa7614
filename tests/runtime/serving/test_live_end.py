"""A server that is told to end with live streams in every state: it ends, and says nothing else."""

import signal
import subprocess
from pathlib import Path

import grpc
import pytest

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.client.live_messages import live_pose
from mimo_runtime.client.live_pictures import LivePictures
from tests.runtime.runner.live import postures
from tests.runtime.runner.painting_bundle import paint_humans
from tests.runtime.serving.processes import environment, free_address, mimo
from tests.runtime.serving.test_live import Client, pictures, slow  # noqa: F401


def begun(address: str, files: LivePictures, resume_s: float = 0.0) -> Client:
    """A stream whose first frame is here."""
    client = Client(address, slow(), files, resume_s)
    client.send(credit=pb.LiveCredit(frames=4))
    assert client.next().WhichOneof("payload") == "ready"
    client.send(pose=live_pose(postures(1)[0]))
    assert client.next().WhichOneof("payload") == "frame"
    return client


@pytest.mark.parametrize(("signals", "drain_s"), [(1, 0.5), (2, 3600)])
def test_it_ends_in_silence(
    tmp_path: Path,
    pictures: LivePictures,  # noqa: F811
    signals: int,
    drain_s: float,
) -> None:
    """One stream has ended, one waits for its client to come back, one is in its middle."""
    bundle, address = paint_humans(tmp_path / "painting"), free_address()
    asked = (
        "--bundle",
        bundle,
        "--listen",
        address,
        "--drain-s",
        drain_s,
        "--engine",
        "onnxruntime",
    )
    with subprocess.Popen(
        mimo("serve", *asked), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment(),
    ) as server:  # fmt: skip
        assert server.stdout is not None
        while not server.stdout.readline().startswith("Serving"):
            assert server.poll() is None
        whole = begun(address, pictures)
        whole.send(end=pb.LiveEnd())
        assert whole.ended().code is grpc.StatusCode.OK
        left = begun(address, pictures, resume_s=3600)
        left.call.cancel()
        left.channel.close()
        client = begun(address, pictures)
        server.send_signal(signal.SIGTERM)
        assert server.stdout.readline().startswith("Ending")
        if signals == 2:
            server.send_signal(signal.SIGTERM)
        said, errors = server.communicate()
    assert client.ended().code in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
    assert (server.returncode, said, errors) == (0, "", "")

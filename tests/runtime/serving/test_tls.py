"""TLS: the port speaks it when it has a certificate, and only then."""

import shutil
import subprocess
from pathlib import Path

import grpc
import pytest

from mimo.v1 import synthesis_pb2 as pb
from mimo.v1 import synthesis_pb2_grpc
from mimo_runtime.client.channel import open_channel
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.runner.threads import ThreadRunner
from mimo_runtime.serving.local import LocalServer
from mimo_runtime.serving.options import ServerOptions


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1, signed by itself, and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed, so there is no certificate to test with")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    command: list[str | Path] = [
        openssl,
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
    ]
    command += ["-nodes", "-days", "2", "-subj", "/CN=test"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


def info(channel: grpc.Channel) -> pb.GetServerInfoResponse:
    return synthesis_pb2_grpc.SynthesisServiceStub(channel).GetServerInfo(
        pb.GetServerInfoRequest(), timeout=10
    )


def test_a_client_that_trusts_the_certificate_is_served(
    runner: ThreadRunner, pair: tuple[Path, Path]
) -> None:
    certificate, key = pair
    options = ServerOptions(tls_certificate=certificate, tls_key=key)
    with LocalServer(runner, options) as server:
        with open_channel(server.address, certificate) as channel:
            assert info(channel).bundle.width_px == runner.bundle.manifest.width_px
        with open_channel(server.address) as channel, pytest.raises(grpc.RpcError):
            info(channel)


def test_a_certificate_that_cannot_be_read(runner: ThreadRunner, tmp_path: Path) -> None:
    options = ServerOptions(tls_certificate=tmp_path / "none.pem", tls_key=tmp_path / "none.key")
    with pytest.raises(InvalidRequestError, match=r"none\.pem"), LocalServer(runner, options):
        pass

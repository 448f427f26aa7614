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

Pair = tuple[Path, Path]


def make_pair(folder: Path) -> Pair:
    """A certificate for 127.0.0.1, signed by itself, and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed, so there is no certificate to test with")
    folder.mkdir()
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command: list[str | Path] = [openssl, "req", "-x509", "-newkey", "ec"]
    command += ["-pkeyopt", "ec_paramgen_curve:prime256v1"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=test"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    """A certificate for 127.0.0.1, signed by itself, and its key."""
    return make_pair(tmp_path / "first")


def info(channel: grpc.Channel) -> pb.GetServerInfoResponse:
    return synthesis_pb2_grpc.SynthesisServiceStub(channel).GetServerInfo(
        pb.GetServerInfoRequest(), timeout=10
    )


def test_a_client_that_trusts_the_certificate_is_served(runner: ThreadRunner, pair: Pair) -> None:
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


def test_certificates_that_are_replaced_are_served_without_a_restart(
    runner: ThreadRunner, pair: Pair, tmp_path: Path
) -> None:
    certificate, key = pair
    options = ServerOptions(tls_certificate=certificate, tls_key=key)
    with LocalServer(runner, options) as server:
        with open_channel(server.address, certificate) as channel:
            info(channel)
            trusted = tmp_path / "trusted.pem"
            for new, old in zip(make_pair(tmp_path / "second"), pair, strict=True):
                shutil.copy(new, trusted if old == certificate else tmp_path / "unused")
                new.replace(old)
            info(channel)  # an open connection goes on
        with open_channel(server.address, trusted) as channel:
            info(channel)


def test_with_an_authority_only_its_clients_come_in(
    runner: ThreadRunner, pair: Pair, tmp_path: Path
) -> None:
    certificate, key = pair
    mine, my_key = make_pair(tmp_path / "client")
    options = ServerOptions(tls_certificate=certificate, tls_key=key, tls_client_ca=mine)
    root = certificate.read_bytes()
    known = grpc.ssl_channel_credentials(root, my_key.read_bytes(), mine.read_bytes())
    with LocalServer(runner, options) as server:
        with grpc.secure_channel(server.address, known) as channel:
            info(channel)
        with open_channel(server.address, certificate) as channel, pytest.raises(grpc.RpcError):
            info(channel)

"""Clients are told apart by the SPIFFE ID of their certificates, at either door."""

import http.client
import json
import shutil
import ssl
import subprocess
from pathlib import Path

import grpc
import pytest

from mimo.v1 import assets_pb2, assets_pb2_grpc
from mimo_runtime.runner.threads import ThreadRunner
from mimo_runtime.serving.local import LocalServer
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.serving.spiffe import spiffe_id
from tests.runtime.serving.test_tls import Pair, make_pair

ANN, BOB = "spiffe://studio.example/render/ann", "spiffe://studio.example/render/bob"


@pytest.mark.parametrize(
    ("uris", "found"),
    [
        ([ANN], ANN),
        ([], ""),
        ([ANN, BOB], ""),  # an SVID has one URI
        (["https://studio.example"], ""),
        (["spiffe://Studio.example/ann"], ""),
        (["spiffe://studio.example/../ann"], ""),
        (["spiffe://studio.example/a?b"], ""),
        ([f"spiffe://studio.example/{'a' * 2048}"], ""),
    ],
)
def test_what_is_an_id(uris: list[str], found: str) -> None:
    assert spiffe_id(uris) == found


def run(*command: str | Path) -> None:
    subprocess.run(list(command), check=True, capture_output=True)


def authority(folder: Path) -> Pair:
    """An authority that signs clients, and its key."""
    certificate, key = folder / "ca.pem", folder / "ca.key"
    run(
        _openssl(), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
        "-nodes", "-days", "2", "-subj", "/CN=authority", "-keyout", key, "-out", certificate,
    )  # fmt: skip
    return certificate, key


def client(folder: Path, ca: Pair, uri: str) -> Pair:
    """A certificate of a client with a URI in it, signed by `ca`, and its key."""
    name = uri.rpartition("/")[2]
    certificate, key, request = (folder / f"{name}.{end}" for end in ("pem", "key", "csr"))
    extensions = folder / f"{name}.ext"
    extensions.write_text(f"subjectAltName=URI:{uri}\n")
    run(
        _openssl(), "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
        "-nodes", "-subj", f"/CN={name}", "-keyout", key, "-out", request,
    )  # fmt: skip
    run(
        _openssl(), "x509", "-req", "-in", request, "-CA", ca[0], "-CAkey", ca[1],
        "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", certificate,
    )  # fmt: skip
    return certificate, key


def _openssl() -> str:
    found = shutil.which("openssl")
    if found is None:
        pytest.skip("openssl is not installed, so there is no certificate to test with")
    return found


def post(address: str, trusted: Path, pair: Pair, data: bytes) -> None:
    """Keep a file by HTTP."""
    context = ssl.create_default_context(cafile=str(trusted))
    context.load_cert_chain(*pair)
    door = http.client.HTTPSConnection(address, context=context)
    door.request("POST", "/v1/assets?name=a", data)
    answer = door.getresponse()
    assert answer.status == 201, json.loads(answer.read())
    door.close()


def test_a_caller_is_the_same_at_either_door(runner: ThreadRunner, tmp_path: Path) -> None:
    certificate, key = make_pair(tmp_path / "server")
    ca = authority(tmp_path)
    log = tmp_path / "access.jsonl"
    options = ServerOptions(
        tls_certificate=certificate, tls_key=key, tls_client_ca=ca[0], state=tmp_path / "state",
        http_listen="127.0.0.1:0", access_log=log,
    )  # fmt: skip
    seen: dict[str, list[str]] = {}
    with LocalServer(runner, options) as server:
        for uri in (ANN, BOB):
            mine = client(tmp_path, ca, uri)
            post(server.http_address, certificate, mine, uri.encode())
            root, chain, private = (path.read_bytes() for path in (certificate, *mine))
            credentials = grpc.ssl_channel_credentials(root, private, chain)
            with grpc.secure_channel(server.address, credentials) as channel:
                stub = assets_pb2_grpc.AssetServiceStub(channel)
                found = stub.ListAssets(assets_pb2.ListAssetsRequest(), timeout=30)
            seen[uri] = [each.size_bytes for each in found.assets]
    assert seen == {uri: [len(uri)] for uri in (ANN, BOB)}
    callers = [json.loads(line)["caller"] for line in log.read_text().splitlines()]
    assert callers == [ANN, ANN, BOB, BOB]

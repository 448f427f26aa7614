"""Tokens: who has one that the server knows is served, nobody else; health is open."""

import hashlib
from pathlib import Path

import grpc
import pytest

from mimo.v1 import synthesis_pb2 as pb
from mimo.v1 import synthesis_pb2_grpc
from mimo_runtime.client.channel import token_metadata
from mimo_runtime.errors import InvalidRequestError, UnauthenticatedError
from mimo_runtime.serving.tokens import Tokens
from tests.runtime.serving.calls import call, config
from tests.runtime.serving.conftest import OpenServer
from tests.runtime.serving.test_abuse import healthy


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def test_a_token_is_known_by_its_hash(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"# ours\n{digest('one')} studio admin\n\n{digest('two')}\n")
    tokens = Tokens(file)
    assert tokens.check([("authorization", "Bearer one")]) == ("studio", True)
    assert tokens.check([("authorization", "bearer two")]) == (digest("two")[:8], False)
    for given in ([], [("authorization", "Bearer three")], [("authorization", "Basic one")]):
        with pytest.raises(UnauthenticatedError):
            tokens.check(given)
    new = tmp_path / "new"
    new.write_text(f"{digest('three')} late\n")
    new.replace(file)
    assert tokens.check([("authorization", "Bearer three")]) == ("late", False)
    with pytest.raises(UnauthenticatedError):
        tokens.check([("authorization", "Bearer one")])
    file.unlink()
    assert tokens.check([("authorization", "Bearer three")]) == ("late", False)


def test_a_file_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match="cannot be read"):
        Tokens(tmp_path / "none")
    (tmp_path / "plain").write_text("the token itself\n")
    with pytest.raises(InvalidRequestError, match="no SHA-256"):
        Tokens(tmp_path / "plain")


def test_a_server_asks_for_it(
    open_server: OpenServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"{digest('secret')} studio\n")
    with open_server(tokens=file) as server, grpc.insecure_channel(server.address) as channel:
        stub = synthesis_pb2_grpc.SynthesisServiceStub(channel)
        refused = call(channel, [config()])
        assert (refused.code, refused.reason) == (
            grpc.StatusCode.UNAUTHENTICATED,
            "UNAUTHENTICATED",
        )
        monkeypatch.setenv("MIMO_TOKEN", "wrong")
        with pytest.raises(grpc.RpcError):
            stub.GetServerInfo(pb.GetServerInfoRequest(), metadata=token_metadata())
        monkeypatch.setenv("MIMO_TOKEN", "secret")
        info = stub.GetServerInfo(pb.GetServerInfoRequest(), metadata=token_metadata())
        assert info.version
        assert healthy(server.address)

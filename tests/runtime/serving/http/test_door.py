"""The HTTP door beside the other one: its document, tokens, TLS, and clients that are slow."""

import json
import socket
import ssl
import urllib.request
from pathlib import Path

from mimo_runtime.serving.http.openapi import ASSET, VIDEO
from tests.runtime.serving.conftest import OpenServer
from tests.runtime.serving.http.calls import ANYWHERE, DIGEST, Ask, asking
from tests.runtime.serving.processes import free_address
from tests.runtime.serving.test_tls import make_pair
from tests.runtime.serving.test_tokens import digest


def test_the_document_tells_what_there_is(ask: Ask) -> None:
    _, document = ask("GET", "/openapi.json")
    operations = [(method, path) for path, each in document["paths"].items() for method in each]
    assert len(operations) == 14
    for method, path in operations:
        code, _ = ask(method.upper(), path.replace("{", "").replace("}", ""))
        assert code != 405
    assert ask("PATCH", "/v1/videos")[0] == 405
    code, told = ask("GET", "/v2/videos")
    assert (code, "openapi.json tells" in told["error"]["message"]) == (404, True)
    asset = ask("POST", "/v1/assets", b"abc")[1]
    assert set(asset) == set(ASSET)
    named = {"character": asset["id"], "driving": asset["id"]}
    assert set(ask("POST", "/v1/videos", named)[1]) == set(VIDEO)
    assert ask("GET", "/v1/models")[1]["data"][0]["object"] == "model"
    assert ask("GET", "/health") == (200, {"status": "serving"})


def test_tokens_logs_and_metrics_are_those_of_the_other_door(
    open_server: OpenServer, tmp_path: Path
) -> None:
    tokens, log, metrics = tmp_path / "tokens", tmp_path / "log", free_address()
    tokens.write_text(f"{digest('one')} ann\n{digest('two')} bob\n")
    with open_server(
        state=tmp_path / "state", http_listen=ANYWHERE, tokens=tokens,
        access_log=log, metrics_listen=metrics,
    ) as server:  # fmt: skip
        ask = asking(server.http_address)
        ann, bob = ({"Authorization": f"Bearer {each}"} for each in ("one", "two"))
        assert ask("GET", "/v1/videos")[0] == 401
        assert ask("GET", "/health")[0] == 200
        assert ask("POST", "/v1/assets", b"abcdef", {**ann, "x-request-id": "mine"})[0] == 201
        assert ask("GET", f"/v1/assets/{DIGEST}", None, bob)[0] == 404
        told = urllib.request.urlopen(f"http://{metrics}/metrics").read().decode()
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(each["method"], each["caller"], each["status"]) for each in lines] == [
        ("http.ListVideos", "", "UNAUTHENTICATED"),
        ("http.Health", "", "OK"),
        ("http.CreateAsset", "ann", "OK"),
        ("http.GetAsset", "bob", "NOT_FOUND"),
    ]
    assert lines[2]["request_id"] == "mine"
    assert 'mimo_rejections_total{reason="NOT_FOUND"} 1.0' in told


def test_who_has_no_token_takes_nobodys_place(open_server: OpenServer, tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text(f"{digest('one')} ann\n")
    metrics = free_address()
    with open_server(
        state=tmp_path / "state", http_listen=ANYWHERE, tokens=tmp_path / "tokens",
        max_streams=1, idle_timeout_s=60, metrics_listen=metrics,
    ) as server:  # fmt: skip
        host, port = server.http_address.split(":")
        ask, count = asking(server.http_address), b'mimo_streams{state="open"} 1.0'
        head = "POST /v1/assets HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n"
        with socket.create_connection((host, int(port))) as slow:
            slow.sendall(f"{head}Authorization: Bearer one\r\n\r\nabc".encode())
            while count not in urllib.request.urlopen(f"http://{metrics}/metrics").read():
                pass  # until its place, which is the only one, is taken
            for _ in range(20):
                assert ask("POST", "/v1/assets", b"abc")[0] == 401
            slow.sendall(b"def")
            assert b" 201 " in slow.recv(4096)


def test_tls_with_a_certificate_that_changes(open_server: OpenServer, tmp_path: Path) -> None:
    certificate, key = make_pair(tmp_path / "first")
    options = {"tls_certificate": certificate, "tls_key": key}
    with open_server(state=tmp_path / "state", http_listen=ANYWHERE, **options) as server:
        host, port = server.http_address.split(":")
        first = ssl.get_server_certificate((host, int(port)))
        url = f"https://{server.http_address}/health"
        context = ssl.create_default_context(cafile=str(certificate))
        assert b"serving" in urllib.request.urlopen(url, context=context).read()
        for new, old in zip(make_pair(tmp_path / "second"), (certificate, key), strict=True):
            new.replace(old)
        assert ssl.get_server_certificate((host, int(port))) != first


def test_who_never_asks_and_who_never_reads_on_keep_nobody_out(
    open_server: OpenServer, tmp_path: Path
) -> None:
    with open_server(
        state=tmp_path / "state", http_listen=ANYWHERE, idle_timeout_s=3, max_connections=50
    ) as server:
        host, port = server.http_address.split(":")
        silent = [socket.create_connection((host, int(port))) for _ in range(20)]
        for each in silent[10:]:
            each.sendall(b"GET /health HTTP/1.1\r\nX-Slow: ")
        slow = socket.create_connection((host, int(port)))
        slow.sendall(b"POST /v1/assets HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nabc")
        assert asking(server.http_address)("GET", "/health")[0] == 200
        assert b"408" in slow.recv(4096)
        assert all(each.recv(1) == b"" for each in silent)  # they are closed
        for each in (*silent, slow):
            each.close()
        assert asking(server.http_address)("GET", "/v1/assets")[1]["data"] == []

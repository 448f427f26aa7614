"""What the HTTP door cannot do, and says so."""

import random
import socket
from pathlib import Path
from typing import Any

import pytest

from mimo_runtime.cli.main import mimo
from mimo_runtime.errors import InvalidRequestError
from tests.runtime.serving.conftest import OpenServer
from tests.runtime.serving.http.calls import ANYWHERE, DIGEST, Ask


@pytest.mark.parametrize(
    ("body", "code", "sentence"),
    [
        ({"steps": 1}, 400, "No picture of the character"),
        ({"character": "xyz"}, 400, "no SHA-256"),
        ({"character": "0" * 64}, 404, "no asset"),
        ({"steps": "many"}, 400, "steps is 'many'; give a number"),
        ({"steps": 0}, 400, "steps is 0"),
        ({"model": "sora"}, 400, "this server has"),
        ({"output": "gif"}, 400, "give one of video, lossless"),
        ({"task": "dance"}, 400, "give one of video, template, character"),
        ({"task": "template"}, 400, "A template is made of"),
        ({"prepared": "video_0"}, 404, "no job 'video_0'"),
        ({"size": "100x100"}, 400, "Leave it out"),
        ({"colour": "red"}, 400, "no field 'colour'"),
        ({"steps": True}, 400, "no object of texts and numbers"),
        ({"priority": 101}, 400, "No picture"),
        (b"{", 400, "no form"),
    ],
)
def test_what_cannot_be_asked_is_a_sentence(ask: Ask, body: Any, code: int, sentence: str) -> None:
    found, told = ask("POST", "/v1/videos", body)
    assert (found, told["error"]["type"]) == (code, "invalid_request_error")
    assert sentence in told["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/videos", b"[" * 60_000),
        ("POST", "/v1/videos", b"{"),
        ("POST", "/v1/videos", b'"' + b"x" * 70_000 + b'"'),
        ("GET", "/v1/videos?limit=0", b""),
        ("GET", f"/v1/videos?limit={'9' * 5000}", b""),
        ("GET", "/v1/videos?status=done", b""),
        ("GET", "/v1/videos?after=nobody", b""),
        ("PUT", f"/v1/assets/{DIGEST}?size={'9' * 5000}", b""),
        ("PUT", f"/v1/assets/{DIGEST}?size=%D9%A3", b""),
        ("PUT", f"/v1/assets/{DIGEST}", b""),
        ("PUT", "/v1/assets/..%2F..%2Fetc?size=3", b"abc"),
        ("POST", "/v1/assets?name=%00", b"abc"),
        ("POST", "/v1/assets", b""),
    ],
)
def test_requests_that_cannot_be(ask: Ask, method: str, path: str, body: bytes) -> None:
    code, told = ask(method, path, body, {"Content-Type": "application/json"})
    assert 400 <= code < 500
    assert told["error"]["message"].endswith(".")


@pytest.mark.parametrize(
    ("form", "code", "sentence"),
    [
        (b"--b\r\nno header\r\n\r\nx\r\n--b--\r\n", 400, "cannot be read"),
        (b"--b\r\nContent-Disposition: form-data; name=steps\r\n\r\n1", 409, "cut off"),
        (b"", 409, "cut off"),
        (
            b'--b\r\nContent-Disposition: form-data; name="steps"\r\n\r\n'
            + b"1" * 70_000 + b"\r\n--b--\r\n",
            413,
            "longer than 65536",
        ),
        (
            b'--b\r\nContent-Disposition: form-data; name="a"; filename="../../../etc/x"\r\n\r\n'
            b"1\r\n--b--\r\n",
            400,
            "no field 'a'",
        ),
        (b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 70, 413, "64 parts"),
    ],
)  # fmt: skip
def test_forms_that_cannot_be(
    ask: Ask, folder: Path, form: bytes, code: int, sentence: str
) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    found, told = ask("POST", "/v1/videos", form, headers)
    assert (found, sentence in told["error"]["message"]) == (code, True), told
    assert not list(folder.glob("work/*/tmp*"))


def test_where_it_cannot_be_opened(open_server: OpenServer, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match="need a state folder"):
        open_server(http_listen=ANYWHERE)
    with pytest.raises(InvalidRequestError, match="TLS certificate"):
        open_server(state=tmp_path, http_listen="0.0.0.0:0").__enter__()
    with pytest.raises(InvalidRequestError, match="choose another"):
        open_server(state=tmp_path, http_listen="192.0.2.1:9", insecure=True).__enter__()
    assert "--http-listen" in next(
        opts for each in mimo.commands["serve"].params for opts in each.opts if "http" in opts
    )


@pytest.mark.parametrize("boundary", ["", "b" * 300, "b" * 60_000])
def test_boundaries_that_cannot_be(ask: Ask, boundary: str) -> None:
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    code, told = ask("POST", "/v1/videos", b"--b--", headers)
    assert (code, told["error"]["code"]) == (400, "INVALID_REQUEST"), told


def mangled(form: bytes, chance: random.Random) -> bytes:
    """A form with some bytes cut out, doubled, turned over or put in."""
    data = bytearray(form)
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(data) + 1)
        piece = bytes(data[start : start + chance.randint(0, 40)])
        new = chance.choice([b"", piece * 2, piece[::-1], chance.randbytes(3), b"\r\n--b"])
        data[start : start + len(piece)] = new
    return bytes(data)


def test_mangled_requests_are_never_the_servers_fault(
    addresses: tuple[str, str], ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    chance = random.Random(14)
    part = '--b\r\nContent-Disposition: form-data; name="{}"{}\r\nContent-Type: {}\r\n\r\n{}\r\n'
    form = "".join(
        (
            part.format("steps", "", "text/plain", "3"),
            part.format("character", '; filename="a.png"', "image/png", "picture"),
            part.format("driving", '; filename="b.mp4"', "video/mp4", "0" * 64),
            part.format("prompt", "", "text/plain", "d\u00e4nce"),
            "--b--\r\n",
        )
    ).encode()
    codes = set()
    for _ in range(300):
        headers = {"Content-Type": "multipart/form-data; boundary=b"}
        code, told = ask("POST", "/v1/videos?x=1", mangled(form, chance), headers)
        codes.add(code)
        assert code < 500 or told["error"]["code"] == "RESOURCE", told
        body = mangled(b'{"character": "00", "steps": 3, "guidance": 1e3}', chance)
        code, told = ask("POST", "/v1/videos", body, {"Content-Type": "application/json"})
        assert code == 400, told
    assert {200, 400} <= codes
    for _ in range(100):
        request = b"POST /v1/assets HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
        host, port = addresses[0].split(":")
        with socket.create_connection((host, int(port))) as raw:
            raw.sendall(mangled(request, chance))
            raw.shutdown(socket.SHUT_WR)
            raw.recv(1000)
    assert ask("GET", "/health")[0] == 200
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
    for video in ask("GET", "/v1/videos?limit=1000")[1]["data"]:
        ask("DELETE", f"/v1/videos/{video['id']}?assets=true")

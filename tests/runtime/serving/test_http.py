"""The HTTP door, asked by curl where there is one, and by hand where a client is clumsy."""

import contextlib
import hashlib
import http.client
import io
import json
import random
import shutil
import socket
import ssl
import subprocess
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from mimo_runtime.body.shipped import load_body
from mimo_runtime.cli.main import mimo
from mimo_runtime.client.connection import Connection
from mimo_runtime.client.jobs import get_job
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.motions.pose_file import write_poses
from mimo_runtime.motions.procedural import walk
from mimo_runtime.serving.http.openapi import ASSET, VIDEO
from mimo_synthetic.ground_truth.clip import Clip
from mimo_synthetic.ground_truth.spec import ClipSpec
from tests.runtime.runner.live import scene_picture
from tests.runtime.serving.conftest import OpenServer
from tests.runtime.serving.processes import free_address
from tests.runtime.serving.test_tls import make_pair
from tests.runtime.serving.test_tokens import digest

ANYWHERE = "127.0.0.1:0"
DIGEST = hashlib.sha256(b"abcdef").hexdigest()
Answer = tuple[int, Any]
Ask = Callable[..., Answer]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def addresses(open_server: OpenServer, folder: Path) -> Iterator[tuple[str, str]]:
    """Where one server listens, for HTTP and for gRPC."""
    with open_server(state=folder, http_listen=ANYWHERE, idle_timeout_s=20) as server:
        yield server.http_address, server.address


@pytest.fixture
def ask(addresses: tuple[str, str]) -> Ask:
    """Asks the server by `http.client`; the answer's JSON."""
    return asking(addresses[0])


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


def test_curl_does_the_whole_job_from_a_picture_and_a_plain_video(
    addresses: tuple[str, str], ask: Ask, small_character: Path, tmp_path: Path
) -> None:
    driving = tmp_path / "walk.mp4"
    Clip(ClipSpec("walk", seed=6, frame_count=8, size_px=192)).write(driving)
    url = f"http://{addresses[0]}/v1/videos"
    form = ("-F", f"character=@{small_character}", "-F", f"driving=@{driving}", "-F", "steps=1")
    once = ("-H", "Idempotency-Key: once")
    made = json.loads(curl(url, *form, *once, "-F", "prompt=a dance"))
    assert (made["object"], made["status"]) == ("video", "queued")
    assert "makes no difference" in made["warnings"][0]
    assert json.loads(curl(url, *form, *once))["id"] == made["id"]
    video = ended(ask, made["id"])
    assert (video["status"], video["progress"], video["frames"]) == ("completed", 100, 8), video
    output = tmp_path / "out.mp4"
    curl(f"{url}/{made['id']}/content", "-o", output)
    assert hashlib.sha256(output.read_bytes()).hexdigest() == video["sha256"]
    with av.open(io.BytesIO(output.read_bytes())) as file:
        assert len(list(file.decode(video=0))) == 8
    whole, head = output.read_bytes(), tmp_path / "head.mp4"
    head.write_bytes(whole[:500])
    curl(f"{url}/{made['id']}/content", "-o", head, "--continue-at", 500)
    assert head.read_bytes() == whole
    assert json.loads(curl(url))["data"][0]["id"] == made["id"]
    with Connection(addresses[1]) as connection:  # the other door, the same job
        assert get_job(connection, made["id"]).result.sha256 == video["sha256"]
    assert json.loads(curl("-X", "DELETE", f"{url}/{made['id']}"))["deleted"]
    assert ask("GET", f"/v1/videos/{made['id']}")[0] == 404


def test_json_names_assets_and_templates_come_as_files(
    addresses: tuple[str, str], ask: Ask, template: Path, small_character: Path
) -> None:
    code, picture = ask("POST", "/v1/assets?name=me.png", small_character.read_bytes())
    assert (code, picture["complete"], picture["name"]) == (201, True, "me.png")
    assert picture["id"] == hashlib.sha256(small_character.read_bytes()).hexdigest()
    names = ("vid.mp4", "sdc.mp4", "bk.mp4", "occ.mp4", "config.json")
    form = [word for name in names for word in ("-F", f"template=@{template / name}")]
    url = f"http://{addresses[0]}/v1/videos"
    made = json.loads(curl(url, "-F", f"character={picture['id']}", *form, "-F", "steps=1"))
    assert ended(ask, made["id"])["status"] == "completed"
    unreadable = {"character": picture["id"], "driving": picture["id"], "steps": 1}
    code, made = ask("POST", "/v1/videos", unreadable)
    assert code == 200
    video = ended(ask, made["id"])
    assert (video["status"], video["error"]["code"]) == ("failed", "MEDIA")
    waiting = ask("POST", "/v1/videos", {**unreadable, "priority": 3})[1]
    cancelled = ask("POST", f"/v1/videos/{waiting['id']}/cancel")[1]
    assert cancelled["status"] in ("cancelled", "failed")
    _, page = ask("GET", "/v1/videos?limit=1")
    assert (len(page["data"]), page["has_more"]) == (1, True)
    _, rest = ask("GET", f"/v1/videos?after={page['last_id']}&status=failed")
    assert made["id"] in [each["id"] for each in rest["data"]]


def test_a_motion_file_is_drawn_in_a_scene(
    addresses: tuple[str, str], ask: Ask, small_character: Path, tmp_path: Path
) -> None:
    motion, skeleton = tmp_path / "walk.npz", load_body().skeleton
    write_poses(motion, walk(skeleton, 8, Fraction(15)), skeleton)
    form = {
        "character": f"@{small_character}", "motion": f"@{motion}",
        "scene": f"@{scene_picture(tmp_path)}", "steps": 1, "output": "lossless",
        "camera": "side", "size": "96x64", "fps": 15,
    }  # fmt: skip
    words = [word for name, value in form.items() for word in ("-F", f"{name}={value}")]
    url = f"http://{addresses[0]}/v1/videos"
    video = ended(ask, json.loads(curl(url, *words))["id"])
    told = (video["status"], video["size"], video["media_type"])
    assert told == ("completed", "96x64", "application/zip"), video
    data = io.BytesIO(curl(f"{url}/{video['id']}/content"))
    with zipfile.ZipFile(data) as file:
        assert len(file.namelist()) == 8


def test_an_asset_goes_on_where_it_broke_off(ask: Ask) -> None:
    path = f"/v1/assets/{DIGEST}"
    code, told = ask("PUT", f"{path}?size=6", b"abc")
    assert (code, told["error"]["code"]) == (400, "DATA_LOSS")
    assert ask("GET", path)[1]["committed_bytes"] == 3
    assert ask("PUT", f"{path}?size=6&offset=4", b"ef")[1]["error"]["code"] == "PROTOCOL"
    code, told = ask("PUT", f"{path}?size=6&offset=3&name=x.bvh", b"def")
    assert (code, told["complete"]) == (201, True)
    assert ask("PUT", f"{path}?size=6", b"abcdef")[0] == 200
    assert DIGEST in [each["id"] for each in ask("GET", "/v1/assets")[1]["data"]]
    assert ask("DELETE", path)[1]["deleted"]
    assert ask("GET", path)[0] == 404


@pytest.mark.parametrize(
    ("body", "code", "sentence"),
    [
        ({"steps": 1}, 400, "No picture of the character"),
        ({"character": "xyz"}, 400, "no SHA-256"),
        ({"character": "0" * 64}, 404, "no asset"),
        ({"steps": "many"}, 400, "steps is 'many'; give a number"),
        ({"steps": 0}, 400, "steps is 0"),
        ({"model": "sora"}, 400, "this server has"),
        ({"output": "gif"}, 400, "give video or lossless"),
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

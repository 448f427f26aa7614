"""The doors of the fuzzer: for each, good inputs to mangle, and what becomes of a mangled one."""

import http.client
import io
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import grpc
from PIL import Image

from mimo.v1 import assets_pb2, jobs_pb2, server_pb2, synthesis_pb2
from mimo_runtime.bundle import Bundle
from mimo_runtime.errors import MimoError
from mimo_runtime.farm.shot_file import read_shot
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.picture import read_picture
from mimo_runtime.media.reader import inspect_clip
from mimo_runtime.sample import BUNDLE, CHARACTER, YARD

PATIENCE_S = 120.0
UNFINISHED_S = 0.3  # after which a request that has no answer is taken to want more
_SYNTHESIS = "/mimo.v1.SynthesisService/"


@dataclass(frozen=True, slots=True)
class Door:
    """`put` gives a word, and more behind a colon: OK, a status or an error's class."""

    name: str
    seeds: tuple[bytes, ...]
    put: Callable[[bytes], str]


def mangled(data: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, cut out, doubled or put in."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(changed) + 1)
        piece = bytes(changed[start : start + chance.choice((1, 2, 8, 60, 1000))])
        flipped = bytes(byte ^ (1 << chance.randrange(8)) for byte in piece)
        number = chance.choice((b"\0", b"\xff" * 4, b"\x7f\xff\xff\xff", b"-1", b"1e309", b"\n"))
        new = chance.choice(
            (flipped, flipped, b"", piece * 2, number, chance.randbytes(len(piece)))
        )
        changed[start : start + len(piece)] = new
    return bytes(changed)


def doors(address: str, http_address: str, folder: Path) -> Iterator[Door]:
    """All of them; `folder` is for files."""
    with grpc.insecure_channel(address) as channel:
        yield Door("protobuf", *_protobuf(channel))
    yield Door("http", _requests(), partial(_http, http_address))
    yield Door("bundle", *_bundle(folder))
    yield Door("yaml", _shots(), partial(_shot, folder / "shot.yaml"))
    yield Door("picture", _pictures(), _picture)
    clips = tuple((YARD / name).read_bytes() for name in ("vid.mp4", "bk.mp4"))
    yield Door("media", clips, partial(_clip, folder / "clip.mp4"))


def _protobuf(channel: grpc.Channel) -> tuple[tuple[bytes, ...], Callable[[bytes], str]]:
    """Messages behind the number of their method, which is mangled with them."""
    config = synthesis_pb2.StreamConfig(steps=3, seed=7, guidance=2.5)
    chunk = synthesis_pb2.InputChunk(input=1, data=CHARACTER.read_bytes()[:500], last=True)
    header = assets_pb2.UploadHeader(sha256="0" * 64, size_bytes=9, name="a.png")
    methods = (
        (_SYNTHESIS + "Synthesize", synthesis_pb2.SynthesizeRequest(config=config)),
        (_SYNTHESIS + "Synthesize", synthesis_pb2.SynthesizeRequest(chunk=chunk)),
        (_SYNTHESIS + "SynthesizeLive", synthesis_pb2.SynthesizeRequest(config=config)),
        (_SYNTHESIS + "GetServerInfo", synthesis_pb2.GetServerInfoRequest()),
        ("/mimo.v1.JobService/CreateJob",
         jobs_pb2.CreateJobRequest(request_id="a", config=config, priority=3)),
        ("/mimo.v1.JobService/GetJob", jobs_pb2.GetJobRequest(id="video_0")),
        ("/mimo.v1.JobService/DownloadResult", jobs_pb2.DownloadResultRequest(id="video_0")),
        ("/mimo.v1.AssetService/UploadAsset", assets_pb2.UploadAssetRequest(header=header)),
        ("/mimo.v1.AssetService/GetAsset", assets_pb2.GetAssetRequest(sha256="0" * 64)),
        ("/mimo.v1.ServerService/ListStreams", server_pb2.ListStreamsRequest()),
    )  # fmt: skip
    names = [name for name, _ in methods]
    seeds = tuple(
        bytes([number]) + message.SerializeToString() for number, (_, message) in enumerate(methods)
    )

    def put(data: bytes) -> str:
        name = names[(data[0] if data else 0) % len(names)]
        call = channel.stream_stream(
            name, request_serializer=lambda each: each, response_deserializer=lambda each: each
        )
        return _status(call(iter([data[1:], data[1:]]), timeout=PATIENCE_S))

    return seeds, put


def _status(call: grpc.Call) -> str:
    try:
        for _ in call:  # type: ignore[attr-defined]
            pass
    except grpc.RpcError as error:
        code = error.code()  # type: ignore[attr-defined]
        if code is grpc.StatusCode.DEADLINE_EXCEEDED:
            return "TIMEOUT"
        return f"{code.name}: {error.details()}"  # type: ignore[attr-defined]
    return "OK"


def _requests() -> tuple[bytes, ...]:
    body = b'{"character": "00", "steps": 3, "guidance": 1e3}'
    part = b'--b\r\nContent-Disposition: form-data; name="steps"\r\n\r\n3\r\n--b--\r\n'
    lines = (
        (b"POST /v1/videos", b"Content-Type: application/json", body),
        (b"POST /v1/videos", b"Content-Type: multipart/form-data; boundary=b", part),
        (b"POST /v1/assets?name=a", b"Content-Type: text/plain", b"abc"),
        (b"PUT /v1/assets/" + b"0" * 64 + b"?size=3", b"X: y", b"abc"),
        (b"GET /v1/videos?limit=3&status=queued", b"Range: bytes=0-9", b""),
        (b"GET /v1/videos/video_0/content", b"Range: bytes=0-9", b""),
    )
    return tuple(
        first + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + header
        + f"\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content
        for first, header, content in lines
    )  # fmt: skip


def _http(address: str, data: bytes) -> str:
    connection = http.client.HTTPConnection(address, timeout=PATIENCE_S)
    try:
        connection.connect()
        connection.sock.sendall(data)
        connection.sock.settimeout(UNFINISHED_S)
        head = connection.sock.recv(64)
    except TimeoutError:
        return "UNFINISHED"
    except OSError:
        return "CLOSED"
    finally:
        connection.close()
    code = head.split()[1].decode() if head.startswith(b"HTTP/1.1 ") else "CLOSED"
    return "INTERNAL: 500" if code == "500" else code


def _bundle(folder: Path) -> tuple[tuple[bytes, ...], Callable[[bytes], str]]:
    copy = folder / "bundle"
    copy.mkdir()
    for file in BUNDLE.iterdir():
        (copy / file.name).symlink_to(file)
    record = copy / "bundle.json"
    seed = record.read_bytes()

    def put(data: bytes) -> str:
        record.unlink(missing_ok=True)
        record.write_bytes(data)
        return _told(lambda: Bundle.open(copy))

    return (seed,), put


def _shots() -> tuple[bytes, ...]:
    text = (
        "shot: 1\nbundle: b\ncharacter: me.png\ntemplate: dance\noutput: shot\nshape: 64x64x12\n"
        "settings: {steps: 4, guidance: 2.5, seed: 7}\nsegment_frames: 12\noverlap: 2\n"
    )
    return (text.encode(), text.replace("\n", "\n\n").encode())


def _shot(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    return _told(lambda: read_shot(path))


def _pictures() -> tuple[bytes, ...]:
    with Image.open(CHARACTER) as whole:
        small = whole.convert("RGB").resize((96, 128))
    seeds = []
    for kind in ("PNG", "JPEG", "WEBP", "TIFF", "BMP"):
        buffer = io.BytesIO()
        small.save(buffer, kind)
        seeds.append(buffer.getvalue())
    return tuple(seeds)


def _picture(data: bytes) -> str:
    return _told(lambda: read_picture(data, "picture", MediaLimits()))


def _clip(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    return _told(lambda: inspect_clip(path, MediaLimits()))


def _told(act: Callable[[], object]) -> str:
    """OK, the class of an error of ours, or what nobody expects."""
    try:
        act()
    except MimoError as error:
        return "INTERNAL" if type(error) is MimoError else type(error).__name__
    except Exception as error:
        return f"CRASH: {type(error).__name__}: {error}"
    return "OK"

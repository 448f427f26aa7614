"""The wire contract: its generated code is fresh, it lints, its shape is what clients rely on."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import descriptor_pb2

from mimo.inference import open_inference_pb2 as inference_pb2
from mimo.v1 import assets_pb2, jobs_pb2, server_pb2
from mimo.v1 import synthesis_pb2 as pb

PROTO = Path(__file__).resolve().parents[2] / "proto"


def test_generated_code_is_not_stale() -> None:
    checked = subprocess.run(
        [sys.executable, PROTO / "generate.py", "--check"], capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stderr


def test_a_changed_proto_is_found_stale(tmp_path: Path) -> None:
    changed = tmp_path / "proto"
    shutil.copytree(PROTO, changed)
    source = changed / "mimo" / "v1" / "synthesis.proto"
    source.write_text(source.read_text().replace("uint32 max_waiting = 5", "uint32 waiting = 5"))
    checked = subprocess.run(
        [sys.executable, changed / "generate.py", "--check"], capture_output=True, text=True
    )
    assert checked.returncode == 1
    assert "synthesis_pb2.py" in checked.stderr


def test_buf_lint() -> None:
    buf = shutil.which("buf")
    if buf is None:
        pytest.skip("buf is not installed (npm install @bufbuild/buf)")
    linted = subprocess.run([buf, "lint"], cwd=PROTO, capture_output=True, text=True)
    assert linted.returncode == 0, linted.stdout + linted.stderr


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("v1/synthesis", 60),
        ("v1/assets", 20),
        ("v1/jobs", 60),
        ("v1/server", 10),
        ("inference/open_inference", 60),
    ],
)
def test_everything_has_a_comment(tmp_path: Path, name: str, least: int) -> None:
    """What buf's COMMENTS asks for, also where buf is not installed."""
    made = tmp_path / "set"
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTO}", "--include_source_info"]
    command += [f"--descriptor_set_out={made}", f"mimo/{name}.proto"]
    subprocess.run(command, check=True)
    (file,) = descriptor_pb2.FileDescriptorSet.FromString(made.read_bytes()).file
    elements = [place for place in file.source_code_info.location if is_element(place.path)]
    assert len(elements) > least
    assert all(place.leading_comments.strip() for place in elements)


def is_element(path: Sequence[int]) -> bool:
    """Whether a path of descriptor.proto leads to a message, field, enum, value, service or rpc."""
    kinds = {(4,), (4, 2), (4, 8), (5,), (5, 2), (6,), (6, 2)}
    return len(path) % 2 == 0 and tuple(path[::2]) in kinds


def test_two_bidirectional_streams_and_one_question() -> None:
    service = pb.DESCRIPTOR.services_by_name["SynthesisService"]
    assert service.full_name == "mimo.v1.SynthesisService"
    streams = {
        method.name: (method.client_streaming, method.server_streaming)
        for method in service.methods
    }
    assert streams == {
        "Synthesize": (True, True),
        "SynthesizeLive": (True, True),
        "GetServerInfo": (False, False),
    }


def test_what_streams_in_jobs_and_assets() -> None:
    services = {
        **jobs_pb2.DESCRIPTOR.services_by_name,
        **assets_pb2.DESCRIPTOR.services_by_name,
        **server_pb2.DESCRIPTOR.services_by_name,
    }
    streams = {
        method.name: (method.client_streaming, method.server_streaming)
        for service in services.values()
        for method in service.methods
        if method.client_streaming or method.server_streaming
    }
    assert streams == {
        "UploadAsset": (True, False),
        "WatchJob": (False, True),
        "DownloadResult": (False, True),
    }


@pytest.mark.parametrize("field", ["steps", "guidance", "seed"])
def test_zero_is_not_unset(field: Any) -> None:
    config = pb.StreamConfig()
    assert not config.HasField(field)
    setattr(config, field, 0)
    assert config.HasField(field)


@pytest.mark.parametrize("enum", [pb.Mode, pb.OutputKind, pb.Input])
def test_enum_zero_means_unspecified(enum: Any) -> None:
    assert enum.Name(0).endswith("_UNSPECIFIED")


def test_field_numbers_are_kept() -> None:
    """Numbers are the contract: renumbering breaks every client that is out there."""
    numbers = {
        message.name: {field.name: field.number for field in message.fields}
        for message in (pb.SynthesizeRequest.DESCRIPTOR, pb.SynthesizeResponse.DESCRIPTOR)
    }
    assert numbers == {
        "SynthesizeRequest": {"config": 1, "chunk": 2, "end": 3},
        "SynthesizeResponse": {
            "sequence": 1,
            "ready": 2,
            "output": 3,
            "progress": 4,
            "frames": 5,
            "summary": 6,
        },
    }


def test_open_inference_has_the_numbers_of_the_specification() -> None:
    """Of what tritonclient sends and reads; its own test needs it installed."""
    numbers = {
        message.full_name: [field.number for field in message.fields]
        for message in (
            inference_pb2.ModelInferRequest.DESCRIPTOR,
            inference_pb2.ModelInferRequest.InferInputTensor.DESCRIPTOR,
            inference_pb2.ModelInferResponse.DESCRIPTOR,
            inference_pb2.ModelInferResponse.InferOutputTensor.DESCRIPTOR,
            inference_pb2.InferParameter.DESCRIPTOR,
            inference_pb2.InferTensorContents.DESCRIPTOR,
            inference_pb2.ModelConfig.DESCRIPTOR,
        )
    }
    assert numbers == {
        "inference.ModelInferRequest": [1, 2, 3, 4, 5, 6, 7],
        "inference.ModelInferRequest.InferInputTensor": [1, 2, 3, 4, 5],
        "inference.ModelInferResponse": [1, 2, 3, 4, 5, 6],
        "inference.ModelInferResponse.InferOutputTensor": [1, 2, 3, 4, 5],
        "inference.InferParameter": [1, 2, 3, 4, 5],
        "inference.InferTensorContents": [8],
        "inference.ModelConfig": [1, 2, 4, 5, 6, 17, 19],
    }

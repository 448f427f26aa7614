"""A request of the Open Inference Protocol, turned into the messages of a stream of ours."""

import math
import struct
from collections.abc import Iterator
from typing import Any

from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message import Message

from mimo.inference import open_inference_pb2 as pb
from mimo.v1 import synthesis_pb2
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.serving.inference.description import FRAMES, INPUTS

FINAL_ASKED = "triton_enable_empty_final_response"
ASSET = "_sha256"
FILE_NAME = "motion_file_name"
SETTINGS = ("steps", "guidance", "seed", "solver", "step_table", "guidance_interval")
WORDS = ("mode", "framing")
VIEW = ("camera", "width_px", "height_px", "fps")
_LENGTH = struct.Struct("<I")

Tensor = pb.ModelInferRequest.InferInputTensor


def messages_of(request: pb.ModelInferRequest) -> list[synthesis_pb2.SynthesizeRequest]:
    """The config with lossless frames, then each input in one chunk.

    Raises:
        InvalidRequestError: a tensor or a parameter that is not known, or cannot be used.
    """
    _check_outputs(request)
    files = dict(_files(request))
    if len(files) < len(request.inputs):
        raise InvalidRequestError("An input came twice; send each tensor once.")
    config = _config(request)
    config.inputs.extend(INPUTS[name] for name in files)
    motion_name = request.parameters[FILE_NAME].string_param
    for asset in config.assets:
        asset.name = _name(asset.input, motion_name)
    chunks = (
        synthesis_pb2.InputChunk(
            input=INPUTS[name], name=_name(INPUTS[name], motion_name), data=data, last=True
        )
        for name, data in files.items()
    )
    return [
        synthesis_pb2.SynthesizeRequest(config=config),
        *(synthesis_pb2.SynthesizeRequest(chunk=chunk) for chunk in chunks),
    ]


def _name(number: synthesis_pb2.Input.ValueType, motion_name: str) -> str:
    return motion_name if number == synthesis_pb2.INPUT_MOTION_FILE else ""


def _check_outputs(request: pb.ModelInferRequest) -> None:
    for output in request.outputs:
        if output.name != FRAMES or output.parameters:
            raise InvalidRequestError(
                f"The output '{output.name[:80]}' is not to be had so; ask for '{FRAMES}' without "
                "parameters (no shared memory, no classes), or for nothing."
            )


def _files(request: pb.ModelInferRequest) -> Iterator[tuple[str, bytes]]:
    """Name and data of every input."""
    raw = request.raw_input_contents
    if raw and len(raw) != len(request.inputs):
        raise InvalidRequestError(
            f"There are {len(request.inputs)} inputs and {len(raw)} raw contents; send one each."
        )
    for index, tensor in enumerate(request.inputs):
        if tensor.name not in INPUTS:
            raise InvalidRequestError(
                f"There is no input '{tensor.name[:80]}'; there are {', '.join(INPUTS)}."
            )
        if tensor.parameters or tensor.datatype != "BYTES" or math.prod(tensor.shape) != 1:
            raise InvalidRequestError(
                f"The input '{tensor.name}' is not one element of BYTES in the message; send the "
                "file as it is on disk so, without shared memory."
            )
        yield tensor.name, _from_raw(tensor.name, raw[index]) if raw else _element(tensor)


def _from_raw(name: str, raw: bytes) -> bytes:
    if len(raw) < _LENGTH.size or _LENGTH.unpack_from(raw)[0] != len(raw) - _LENGTH.size:
        raise InvalidRequestError(
            f"The raw contents of '{name}' are no element of BYTES; send four bytes of length, the "
            "lowest first, and as many bytes."
        )
    return raw[_LENGTH.size :]


def _element(tensor: Tensor) -> bytes:
    elements = tensor.contents.bytes_contents
    if len(elements) != 1:
        raise InvalidRequestError(
            f"The input '{tensor.name}' has {len(elements)} elements; send 1."
        )
    return elements[0]


def _config(request: pb.ModelInferRequest) -> synthesis_pb2.StreamConfig:
    config = synthesis_pb2.StreamConfig(output_kind=synthesis_pb2.OUTPUT_KIND_LOSSLESS)
    for name, parameter in request.parameters.items():
        value = getattr(parameter, parameter.WhichOneof("parameter_choice") or "string_param")
        if name in SETTINGS:
            _put(config, name, name, value)
        elif name in WORDS:
            _put(config, name, name, f"{name}_{value}".upper())
        elif name in VIEW:
            _put(config.motion_view, name, name, value)
        elif name.removesuffix(ASSET) in INPUTS and name.endswith(ASSET):
            asset = config.assets.add(input=INPUTS[name.removesuffix(ASSET)])
            _put(asset, "sha256", name, value)
        elif name not in (FILE_NAME, FINAL_ASKED):
            raise _unknown(name)
    return config


def _put(message: Message, field: str, name: str, value: Any) -> None:
    try:
        ParseDict({field: value}, message)
    except ParseError:
        raise InvalidRequestError(
            f"The parameter '{name}' is {str(value)[:80]!r}, which it cannot be; docs/serving.md "
            "tells what each of them takes."
        ) from None


def _unknown(name: str) -> InvalidRequestError:
    known = ", ".join((*SETTINGS, *WORDS, *VIEW, FILE_NAME, f"INPUT{ASSET}"))
    return InvalidRequestError(f"There is no parameter '{name[:80]}'; there are {known}.")

"""Requests of the Open Inference Protocol, as its clients make them."""

import struct
from collections.abc import Iterable, Mapping
from typing import Any

import grpc
import numpy as np
from numpy.typing import NDArray

from mimo.inference import open_inference_pb2 as pb
from mimo.inference import open_inference_pb2_grpc
from mimo.v1 import synthesis_pb2, synthesis_pb2_grpc

Infer = pb.ModelInferRequest


def named(inputs: Mapping[int, bytes]) -> dict[str, bytes]:
    """Inputs of mimo.v1 by the names of their tensors."""
    return {synthesis_pb2.Input.Name(n)[6:].lower(): data for n, data in inputs.items()}  # type: ignore[arg-type]


def infer(
    model: str, inputs: Mapping[str, bytes], *, raw: bool = True, id: str = "", **parameters: Any
) -> Infer:
    """One request; one step unless told otherwise."""
    request = Infer(model_name=model, id=id)
    for name, data in inputs.items():
        tensor = request.inputs.add(name=name, datatype="BYTES", shape=[1])
        if raw:
            request.raw_input_contents.append(struct.pack("<I", len(data)) + data)
        else:
            tensor.contents.bytes_contents.append(data)
    kinds = {bool: "bool_param", int: "int64_param", float: "double_param", str: "string_param"}
    for name, value in ({"steps": 1} | parameters).items():
        setattr(request.parameters[name], kinds[type(value)], value)
    return request


def stub_of(channel: grpc.Channel) -> "open_inference_pb2_grpc.GRPCInferenceServiceStub":
    return open_inference_pb2_grpc.GRPCInferenceServiceStub(channel)


def stream(channel: grpc.Channel, requests: Iterable[Infer]) -> list[pb.ModelInferResponse]:
    """All responses of one stream. Raises grpc.RpcError."""
    return [each.infer_response for each in stub_of(channel).ModelStreamInfer(iter(requests))]


def frame_of(response: pb.ModelInferResponse) -> NDArray[np.uint8]:
    """The frame of a response, as its tensor says."""
    (output,) = response.outputs
    assert (output.name, output.datatype) == ("frames", "UINT8")
    return np.frombuffer(response.raw_output_contents[0], np.uint8).reshape(tuple(output.shape))


def model_of(address: str) -> str:
    """The name of the model that a server has loaded."""
    with grpc.insecure_channel(address) as channel:
        stub = synthesis_pb2_grpc.SynthesisServiceStub(channel)
        return str(stub.GetServerInfo(synthesis_pb2.GetServerInfoRequest()).bundle.name)

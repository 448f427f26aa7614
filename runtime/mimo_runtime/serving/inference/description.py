"""What the Open Inference Protocol tells of the server and of its one model."""

from mimo.inference import open_inference_pb2 as pb
from mimo.v1 import synthesis_pb2
from mimo_runtime import __version__
from mimo_runtime.errors import NotFoundError

SERVER = "mimo-runtime"
VERSION = "1"
FRAMES = "frames"
EXTENSIONS = ("model_configuration", "parameters", "binary_tensor_data", "statistics")
INPUTS = {
    synthesis_pb2.Input.Name(number).removeprefix("INPUT_").lower(): number
    for number in synthesis_pb2.Input.values()
    if number not in (synthesis_pb2.INPUT_UNSPECIFIED, synthesis_pb2.INPUT_FEATHER_MASK)
}
FRAME_SHAPE = (-1, -1, -1, 3)


def is_known(name: str, version: str, model: str) -> bool:
    """Whether `name` in `version` is the model that is loaded."""
    return name == model and version in ("", VERSION)


def check_model(name: str, version: str, model: str) -> None:
    """Check that it is.

    Raises:
        NotFoundError: naming both.
    """
    if not is_known(name, version, model):
        raise NotFoundError(
            f"There is no model '{name[:80]}' of version '{version[:80]}'; this server has "
            f"'{model}', version {VERSION}."
        )


def server_metadata() -> pb.ServerMetadataResponse:
    """What the server is."""
    return pb.ServerMetadataResponse(name=SERVER, version=__version__, extensions=EXTENSIONS)


def model_metadata(model: str) -> pb.ModelMetadataResponse:
    """Which tensors the model takes and gives: files in, RGB [frames, height, width, 3] out."""
    tensor = pb.ModelMetadataResponse.TensorMetadata
    return pb.ModelMetadataResponse(
        name=model,
        versions=[VERSION],
        platform=SERVER,
        inputs=[tensor(name=name, datatype="BYTES", shape=[1]) for name in INPUTS],
        outputs=[tensor(name=FRAMES, datatype="UINT8", shape=FRAME_SHAPE)],
    )


def model_config(model: str) -> pb.ModelConfigResponse:
    """The same in Triton's words; every input is optional, since an asset may stand for it."""
    config = pb.ModelConfig(
        name=model,
        platform=SERVER,
        backend=SERVER,
        input=[
            pb.ModelInput(name=name, data_type=pb.TYPE_STRING, dims=[1], optional=True)
            for name in INPUTS
        ],
        output=[pb.ModelOutput(name=FRAMES, data_type=pb.TYPE_UINT8, dims=FRAME_SHAPE)],
        model_transaction_policy=pb.ModelTransactionPolicy(decoupled=True),
    )
    return pb.ModelConfigResponse(config=config)

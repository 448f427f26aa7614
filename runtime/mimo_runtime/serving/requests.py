"""What a client sent, turned into the nouns of the runtime."""

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.bundle import Bundle
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.motions.camera_placement import parse_camera
from mimo_runtime.wire.enums import FRAMINGS, INPUTS, MODES, OUTPUT_KINDS
from mimo_runtime.wire.kinds import InputKind, OutputKind
from mimo_runtime.wire.motion_view import MotionView
from mimo_runtime.wire.settings import Settings

SOLVER_WORDS = ("solver", "step_table", "guidance_interval")  # not set where empty


def settings_from(config: pb.StreamConfig) -> Settings:
    """The settings of a config, None where a field is not set.

    Raises:
        InvalidRequestError: a value cannot be used.
    """
    if config.mode and config.mode not in MODES:
        raise InvalidRequestError(
            f"mode is {config.mode}; this server knows official, corrected and offline."
        )
    framing = config.framing or pb.FRAMING_PERSON
    if framing not in FRAMINGS:
        raise InvalidRequestError(f"framing is {framing}; this server knows person and whole.")
    return Settings(
        steps=config.steps if config.HasField("steps") else None,
        guidance=config.guidance if config.HasField("guidance") else None,
        seed=config.seed if config.HasField("seed") else Settings().seed,
        mode=MODES[config.mode] if config.mode else None,
        framing=FRAMINGS[framing],
        **{name: getattr(config, name) for name in SOLVER_WORDS if getattr(config, name)},
    )


def output_kind_from(config: pb.StreamConfig) -> OutputKind:
    """How frames are delivered.

    Raises:
        InvalidRequestError: the server does not know the kind.
    """
    kind = config.output_kind or pb.OUTPUT_KIND_VIDEO
    if kind not in OUTPUT_KINDS:
        raise InvalidRequestError(f"output_kind is {kind}; this server knows video and lossless.")
    return OUTPUT_KINDS[kind]


def check_size(config: pb.StreamConfig, bundle: Bundle) -> None:
    """Check that the size asked for, if any, is the bundle's.

    Raises:
        InvalidRequestError: naming both sizes.
    """
    size_px = (bundle.manifest.width_px, bundle.manifest.height_px)
    asked_px = (config.width_px or size_px[0], config.height_px or size_px[1])
    if asked_px != size_px:
        raise InvalidRequestError(
            f"The size {asked_px[0]}x{asked_px[1]} was asked for and this server's bundle has "
            f"{size_px[0]}x{size_px[1]}; ask for that size, or for none."
        )


def motion_view_from(config: pb.StreamConfig) -> MotionView:
    """What sees the person of a motion file.

    Raises:
        InvalidRequestError: a camera, a size or a rate that cannot be used.
    """
    view, usual = config.motion_view, MotionView()
    parse_camera(view.camera or usual.camera)  # told before anything is uploaded
    return MotionView(
        view.camera or usual.camera,
        view.width_px or usual.width_px,
        view.height_px or usual.height_px,
        view.fps or usual.fps,
    )


Announced = frozenset[InputKind]


def inputs_from(config: pb.StreamConfig) -> Announced:
    """The inputs that a client says it will send, none where it does not say.

    Raises:
        InvalidRequestError: the server does not know one.
    """
    return frozenset(input_of(number) for number in config.inputs)


def input_from(chunk: pb.InputChunk) -> InputKind:
    """Which input a chunk belongs to.

    Raises:
        InvalidRequestError: the server does not know it.
    """
    return input_of(chunk.input)


def input_of(number: pb.Input.ValueType) -> InputKind:
    """The input of a number of the wire.

    Raises:
        InvalidRequestError: the server does not know it.
    """
    if number not in INPUTS:
        raise InvalidRequestError(
            f"input is {number}, which this server does not know; send what mimo.v1 names."
        )
    return INPUTS[number]

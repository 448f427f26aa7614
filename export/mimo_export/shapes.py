"""Which shapes a checkpoint can be exported for, and which components differ between them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mimo_runtime.bundle import Shape
from mimo_runtime.errors import CheckpointError, InvalidRequestError

if TYPE_CHECKING:
    from mimo_networks.checkpoint import Checkpoint

PRECISIONS = ("fp32", "fp16")  # of stored weights
_PICTURE = ("vae_encoder", "vae_decoder", "reference", "identity", "condition")
_WINDOW = ("denoiser", "denoiser_unguided")


def check_sizes(shapes: Sequence[Shape]) -> None:
    """Refuse pictures that no MIMO network can have, and the same shape twice.

    Raises:
        InvalidRequestError: naming the size and what is allowed.
    """
    for shape in shapes:
        for name, size in (("width", shape.width_px), ("height", shape.height_px)):
            if size < 16 or size % 8:
                raise InvalidRequestError(f"{name} is {size} px; give a multiple of 8 from 16 on.")
        if shape.frames < 1:
            raise InvalidRequestError(f"frames is {shape.frames}; give 1 or more.")
    if not shapes or len(set(shapes)) < len(shapes):
        raise InvalidRequestError("No shape is given or one is given twice; give each once.")


def check_frames(shapes: Sequence[Shape], table_frames: int) -> None:
    """Refuse windows that are longer than the positions of the motion modules.

    Raises:
        InvalidRequestError: naming the frames and what is allowed.
    """
    for shape in shapes:
        if shape.frames > table_frames:
            raise InvalidRequestError(
                f"frames is {shape.frames}; this checkpoint has positions for 1 to {table_frames} "
                "frames."
            )


def check_shapes(shapes: Sequence[Shape], checkpoint: "Checkpoint") -> None:
    """Refuse shapes that the networks of a checkpoint cannot have.

    Raises:
        InvalidRequestError: naming the size and what is allowed.
        CheckpointError: the networks do not fit together.
    """
    check_sizes(shapes)
    check_frames(shapes, checkpoint.motion.table_frames)
    token = checkpoint.unet.token_width
    projected = checkpoint.image_encoder.config.projection_dim
    if token != projected:
        raise CheckpointError(
            f"The image encoder gives tokens of width {projected} and the UNets read {token}; "
            "image_encoder and the UNets are not of one checkpoint."
        )
    halvings = {
        "VAE": len(checkpoint.vae.config.channels) - 1,
        "pose guider": len(checkpoint.pose_guider.blocks) // 2,
    }
    for name, count in halvings.items():
        if count != 3:
            raise InvalidRequestError(
                f"The {name} halves pictures {count} times; MIMO's networks are built for 3."
            )


def graph_names(component: str, shapes: Sequence[Shape]) -> tuple[str, ...]:
    """The name of the component's graph for each shape; shapes that share a graph share its name.

    A component depends on the picture, on picture and window, or on neither. Where one graph
    serves all shapes it has the component's own name.
    """
    keys = [_key(component, shape) for shape in shapes]
    if len(set(keys)) == 1:
        return (component,) * len(shapes)
    return tuple(f"{component}-{key}" for key in keys)


def _key(component: str, shape: Shape) -> str:
    if component in _WINDOW:
        return str(shape)
    return f"{shape.width_px}x{shape.height_px}" if component in _PICTURE else ""

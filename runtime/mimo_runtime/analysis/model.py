"""One network of the analysis, run by ONNX Runtime on the CPU."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from mimo_runtime.analysis.model_config import NetworkChoice
from mimo_runtime.analysis.model_specs import CONTRACTS, PLANE, Shape
from mimo_runtime.arrays import Floats, Pixels
from mimo_runtime.errors import InvalidRequestError

_INPUT_TYPES = {
    "tensor(float)": np.float32,
    "tensor(int32)": np.int32,
    "tensor(uint8)": np.uint8,
}
_LOG_ERRORS_ONLY = 3


class Network:
    """A network that keeps the contract of its slot (`model_specs`); `threads` 0 is one per core.

    Raises:
        InvalidRequestError: the file is no valid ONNX graph or does not keep the contract.
    """

    def __init__(self, choice: NetworkChoice, threads: int = 1) -> None:
        self.choice = choice
        self._session = _open(choice, threads)
        inputs = self._session.get_inputs()
        if len(inputs) != 1 or inputs[0].type not in _INPUT_TYPES:
            taken = ", ".join(f"{node.name} {node.type}" for node in inputs)
            raise InvalidRequestError(
                f"{choice.file} takes {taken}; a network for '{choice.slot}' takes one picture of "
                "float32, int32 or uint8 and nothing else."
            )
        self._input = inputs[0].name
        self._dtype = _INPUT_TYPES[inputs[0].type]
        self._channels_first, self.height_px, self.width_px = _picture_shape(
            choice, inputs[0].shape
        )
        self._outputs = _checked_outputs(choice, self._session.get_outputs())

    def run(self, picture: Pixels) -> dict[str, NDArray[Any]]:
        """The outputs by the names of the contract.

        Args:
            picture: uint8 [height_px, width_px, 3] RGB.

        Raises:
            InvalidRequestError: the network fails on it.
        """
        fed = {self._input: self._fed(picture)}
        try:
            outputs = self._session.run(list(self._outputs.values()), fed)
        except Exception as error:  # its own exceptions share no base class of their own
            raise InvalidRequestError(
                f"{self.choice.file}, the network for '{self.choice.slot}', failed on a picture of "
                f"{self.width_px}x{self.height_px} px: {str(error).splitlines()[0]} Give a "
                "size_px that it can take in the file of models, or another network."
            ) from error
        return dict(zip(self._outputs, outputs, strict=True))

    def plane(self, picture: Pixels) -> Floats:
        """The first output, which is one plane, for `picture`, float32 [height, width]."""
        return plane_of(self.run(picture)[""])

    def _fed(self, picture: Pixels) -> NDArray[Any]:
        if self._dtype is np.float32:
            mean, std = np.array([self.choice.mean, self.choice.std], np.float32)
            fed = picture * (1 / (255 * std)) - mean / std
        else:
            fed = picture.astype(self._dtype)
        if self._channels_first:
            fed = np.ascontiguousarray(fed.transpose(2, 0, 1))
        return np.asarray(fed[None])


def plane_of(output: NDArray[Any]) -> Floats:
    """Height and width of an output in which all other sizes are 1, as float32."""
    sizes = [size for size in output.shape if size != 1]
    return np.asarray(output, np.float32).reshape(sizes)


def _open(choice: NetworkChoice, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = _LOG_ERRORS_ONLY
    try:
        return onnxruntime.InferenceSession(
            choice.file, options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # its own exceptions share no base class of their own
        raise InvalidRequestError(
            f"ONNX Runtime {onnxruntime.__version__} cannot load {choice.file} for the slot "
            f"'{choice.slot}': {str(error).splitlines()[0]}"
        ) from error


def _picture_shape(choice: NetworkChoice, shape: Sequence[Any]) -> tuple[bool, int, int]:
    open_ones = len(shape) == 4 and all(not isinstance(size, int) for size in shape[1:])
    if open_ones or (len(shape) == 4 and 3 in (shape[1], shape[3])):
        channels_first = shape[3] != 3
        sides = shape[2:] if channels_first else shape[1:3]
        if all(isinstance(side, int) for side in sides):
            return channels_first, sides[0], sides[1]
        if choice.size_px:
            return channels_first, choice.size_px[1], choice.size_px[0]
        raise InvalidRequestError(
            f"{choice.file} leaves the size of its picture open ({list(shape)}); give size_px "
            f"for '{choice.slot}' in the file of models."
        )
    raise InvalidRequestError(
        f"{choice.file} takes {list(shape)} where a network for '{choice.slot}' takes a picture "
        "[1, height, width, 3] or [1, 3, height, width]; export it with such an input."
    )


def _checked_outputs(choice: NetworkChoice, nodes: Sequence[onnxruntime.NodeArg]) -> dict[str, str]:
    by_name = {node.name: node for node in nodes}
    names = {}
    for name, wanted in CONTRACTS[choice.slot].outputs.items():
        node = by_name.get(name) if name else nodes[0]
        if node is None or not _fits(node.shape, wanted):
            has = ", ".join(f"{each.name} {each.shape}" for each in nodes)
            asked = "one plane" if wanted == PLANE else list(wanted)
            raise InvalidRequestError(
                f"{choice.file} gives {has}; a network for '{choice.slot}' gives "
                f"{asked} as {name or 'its first output'}."
            )
        names[name] = node.name
    return names


def _fits(shape: Sequence[Any], wanted: Shape | str) -> bool:
    if isinstance(wanted, str):
        sizes = [size for size in shape if size != 1]
        return len(sizes) == 2 or (len(sizes) == 3 and isinstance(sizes[0], str))
    return len(shape) == len(wanted) and all(
        size == asked or asked is None or isinstance(size, str)
        for size, asked in zip(shape, wanted, strict=True)
    )

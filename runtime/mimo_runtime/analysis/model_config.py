"""Which network fills which slot: those that ship, or those that a file of the user's names.

The file is JSON: `{"body": "pose_heavy.onnx", "depth": {"file": "midas.onnx", "mean": [0.485,
0.456, 0.406], "std": [0.229, 0.224, 0.225], "size_px": [256, 256], "meaning": "inverse_depth"}}`.
Paths are relative to the file; slots that it does not name keep the network that ships.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mimo_runtime.analysis.model_specs import CONTRACTS
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.files import file_hash

SHIPPED: Final = Path(__file__).parents[1] / "models"
Colour = tuple[float, float, float]
_KEYS = {"file", "mean", "std", "size_px", "meaning"}


@dataclass(frozen=True, slots=True)
class NetworkChoice:
    """One network file for one slot, and how it is to be fed (see `model_specs`).

    `size_px` is width and height where the file leaves them open.
    """

    slot: str
    file: Path
    mean: Colour
    std: Colour
    size_px: tuple[int, int] | None = None
    meaning: str = ""


def shipped_models() -> dict[str, NetworkChoice]:
    """The networks that ship with the program, by slot; none for depth."""
    manifest = json.loads((SHIPPED / "manifest.json").read_text())
    return {entry["slot"]: _choice(entry["slot"], entry, SHIPPED) for entry in manifest["models"]}


def facts_of(networks: Mapping[str, NetworkChoice]) -> list[tuple[Any, ...]]:
    """All that a result depends on of networks by their slots, as plain data."""
    return [
        (slot, file_hash(network.file), network.mean, network.std, network.size_px, network.meaning)
        for slot, network in sorted(networks.items())
    ]


def read_models(path: Path) -> dict[str, NetworkChoice]:
    """The networks that ship, with those that the JSON file `path` names in their place.

    Raises:
        InvalidRequestError: the file is missing, no JSON, or names a slot, a setting or a network
            file that there is not.
    """
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise InvalidRequestError(
            f"{path} cannot be read as JSON ({error}); it has to be like "
            '{"body": "pose_heavy.onnx"}.'
        ) from error
    if not isinstance(content, dict):
        raise InvalidRequestError(
            f'{path} holds no mapping of slots to networks; write {{"body": "pose_heavy.onnx"}}.'
        )
    chosen = {slot: _user_choice(path, slot, entry) for slot, entry in content.items()}
    return shipped_models() | chosen


def _user_choice(path: Path, slot: str, entry: Any) -> NetworkChoice:
    if slot not in CONTRACTS:
        raise InvalidRequestError(
            f"{path} names the slot '{slot}'; there are {', '.join(CONTRACTS)}."
        )
    settings = {"file": entry} if isinstance(entry, str) else entry
    if not isinstance(settings, dict) or not isinstance(settings.get("file"), str):
        raise InvalidRequestError(
            f"The slot '{slot}' of {path} has to be the path of an ONNX file, or a mapping with "
            'one as "file"; write one of both.'
        )
    if strange := sorted(settings.keys() - _KEYS):
        raise InvalidRequestError(
            f"The slot '{slot}' of {path} has a setting '{strange[0]}'; there are "
            f"{', '.join(sorted(_KEYS))}."
        )
    choice = _choice(slot, settings, path.parent)
    if not choice.file.is_file():
        raise InvalidRequestError(
            f"{choice.file}, chosen for '{slot}' in {path}, is no file; write the path of one."
        )
    return choice


def _choice(slot: str, settings: Mapping[str, Any], folder: Path) -> NetworkChoice:
    contract = CONTRACTS[slot]
    meaning = settings.get("meaning", next(iter(contract.meanings), ""))
    if meaning and meaning not in contract.meanings:
        raise InvalidRequestError(
            f"The slot '{slot}' cannot have the meaning '{meaning}'; there are "
            f"{', '.join(contract.meanings) or 'none to choose from'}."
        )
    return NetworkChoice(
        slot,
        folder / settings["file"],
        _colour(slot, "mean", settings.get("mean", contract.mean)),
        _colour(slot, "std", settings.get("std", contract.std)),
        _size(slot, settings.get("size_px")),
        meaning,
    )


def _colour(slot: str, name: str, value: Any) -> Colour:
    numbers = isinstance(value, list | tuple) and all(
        isinstance(v, int | float) and math.isfinite(v) for v in value
    )
    if not numbers or len(value) != 3 or (name == "std" and min(value) <= 0):
        raise InvalidRequestError(
            f"The {name} of slot '{slot}' is {value}; it has to be three finite numbers for red, "
            f"green and blue{', each above 0' if name == 'std' else ''}."
        )
    return (float(value[0]), float(value[1]), float(value[2]))


def _size(slot: str, value: Any) -> tuple[int, int] | None:
    if value is None:
        return None
    is_size = isinstance(value, list) and all(isinstance(side, int) and side > 0 for side in value)
    if not is_size or len(value) != 2:
        raise InvalidRequestError(
            f"The size_px of slot '{slot}' is {value}; it has to be [width, height] in px."
        )
    return (value[0], value[1])

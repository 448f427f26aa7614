"""`networks.json` of a bundle: the networks themselves, for an engine that needs no graphs.

For each network its configuration and, for every tensor of its state, the place in `weights.bin`.
Most places are those that the graphs use, where a matrix may lie transposed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mimo_runtime.errors import BundleError, UnsupportedError

WEIGHTS = "weights.bin"
NETWORKS = "networks.json"
NETWORKS_FORMAT = 1


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """Where a tensor lies in `weights.bin`; `transposed` if its two dimensions are swapped there.

    `shape` is the tensor's own, `dtype` torch's name such as "float32".
    """

    offset: int
    length: int
    dtype: str
    shape: tuple[int, ...]
    transposed: bool


@dataclass(frozen=True, slots=True)
class StoredNetwork:
    """Configuration of one network and the places of its state, by state-dict name."""

    config: Mapping[str, Any]
    tensors: Mapping[str, StoredTensor]


def read_networks(folder: Path) -> Mapping[str, StoredNetwork]:
    """Read the file of a bundle.

    Raises:
        UnsupportedError: the bundle was made before the file existed, or after another format.
        BundleError: the file is damaged.
    """
    path = folder / NETWORKS
    if not path.is_file():
        raise UnsupportedError(
            f"{folder} has no {NETWORKS}, which the torch engine needs; export it again with this "
            "version or use another engine."
        )
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        version, entries = values["format"], values["networks"]
        if version != NETWORKS_FORMAT:
            raise UnsupportedError(
                f"{path} has format {version}, this program reads {NETWORKS_FORMAT}; export the "
                "bundle again with this version."
            )
        return {name: _network(entry) for name, entry in entries.items()}
    except (OSError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise BundleError(f"{path} is damaged ({error!r}); copy or export it again.") from error


def _network(entry: Mapping[str, Any]) -> StoredNetwork:
    tensors = {
        name: StoredTensor(int(offset), int(length), str(dtype), tuple(shape), bool(transposed))
        for name, (offset, length, dtype, shape, transposed) in entry["tensors"].items()
    }
    return StoredNetwork(entry["config"], tensors)

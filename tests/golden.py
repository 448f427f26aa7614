"""The golden data: where it is, and a reader of safetensors files that needs numpy only."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

_REPOSITORY = Path(__file__).resolve().parents[1]
_DTYPES = {
    "BOOL": "bool",
    "U8": "uint8",
    "I8": "int8",
    "I16": "<i2",
    "I32": "<i4",
    "I64": "<i8",
    "F16": "<f2",
    "F32": "<f4",
    "F64": "<f8",
}


def _large() -> Path | None:
    """The larger set, where there is one: at $MIMO_GOLDEN, else beside the checkout."""
    folder = Path(os.environ.get("MIMO_GOLDEN") or _REPOSITORY.parent / "shared" / "golden")
    return folder if (folder / "manifest.json").is_file() else None


GOLDEN = _REPOSITORY / "tests" / "data" / "golden-compact"
LARGE = _large()


def load(name: str, folder: Path = GOLDEN) -> dict[str, np.ndarray]:
    """All arrays of `folder/name.safetensors`; bfloat16 comes back as float32."""
    data = (folder / f"{name}.safetensors").read_bytes()
    header_bytes = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + header_bytes])
    header.pop("__metadata__", None)
    body = data[8 + header_bytes :]
    return {key: _array(entry, body) for key, entry in header.items()}


def _array(entry: dict[str, Any], body: bytes) -> np.ndarray:
    begin, end = entry["data_offsets"]
    if entry["dtype"] == "BF16":
        flat = (np.frombuffer(body[begin:end], "<u2").astype(np.uint32) << 16).view(np.float32)
    else:
        flat = np.frombuffer(body[begin:end], _DTYPES[entry["dtype"]])
    return flat.reshape(entry["shape"])

"""Opens glTF 2.0 and GLB files and takes nodes, skins and animations out of them as arrays."""

import base64
import binascii
import json
import struct
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.errors import LimitExceededError, MediaError
from mimo_runtime.motions.files.array_files import read_bytes

SUFFIXES = (".glb", ".gltf", ".vrm", ".vrma")
MAX_NODES = 5000
_DTYPES = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
_MAX_ROWS = 2_000_000
_PACKED = {"EXT_meshopt_compression", "KHR_meshopt_compression"}
_HUMANOIDS = ("VRMC_vrm_animation", "VRMC_vrm", "VRM")


@dataclass(frozen=True, slots=True)
class GltfFile:
    """A file as pygltflib has it, and how to get at its buffers."""

    path: Path
    content: Any  # pygltflib.GLTF2; the library is imported where a file is opened

    def array(self, accessor_index: int) -> NDArray[np.float64]:
        """float64 [count, width], what an accessor means; normalised integers are -1 to 1."""
        accessor = self.content.accessors[accessor_index]
        dtype, width = np.dtype(_DTYPES[accessor.componentType]), _WIDTHS[accessor.type]
        if not 0 < accessor.count <= _MAX_ROWS:
            raise ValueError("an accessor is empty, or larger than anything")
        if accessor.bufferView is None:
            rows = np.zeros((accessor.count, width))
        else:
            rows = self._rows(accessor, accessor.count, dtype, width).astype(np.float64)
        if accessor.sparse is not None:
            rows = self._replaced(rows, accessor.sparse, dtype, width)
        if accessor.normalized and dtype.kind in "iu":
            rows = np.maximum(rows / np.iinfo(dtype).max, -1)
        return rows

    def _rows(self, where: Any, count: int, dtype: "np.dtype[Any]", width: int) -> NDArray[Any]:
        """[count, width] at the view and offset that an accessor, or a part of one, names."""
        view = self.content.bufferViews[where.bufferView]
        if _PACKED & set(view.extensions or ()):
            raise ValueError("it is packed (meshopt); export it without compression")
        item = dtype.itemsize * width
        stride = view.byteStride or item
        start = (view.byteOffset or 0) + (where.byteOffset or 0)
        data = self._buffer(view.buffer)
        if start + (count - 1) * stride + item > len(data):
            raise ValueError("an accessor reaches beyond its buffer")
        return np.ndarray((count, width), dtype, data, start, (stride, dtype.itemsize))

    def _replaced(
        self, rows: NDArray[np.float64], sparse: Any, dtype: "np.dtype[Any]", width: int
    ) -> NDArray[np.float64]:
        """`rows` with those that a sparse accessor gives anew (glTF 2.0, 3.6.2.3)."""
        index_type = np.dtype(_DTYPES[sparse.indices.componentType])
        indices = self._rows(sparse.indices, sparse.count, index_type, 1)[:, 0]
        rows[indices] = self._rows(sparse.values, sparse.count, dtype, width)
        return rows

    def _buffer(self, index: int) -> bytes:
        uri = self.content.buffers[index].uri
        if not uri:
            return bytes(self.content.binary_blob() or b"")
        if uri.startswith("data:"):
            return base64.b64decode(uri.partition(",")[2], validate=True)
        uri = unquote(uri)
        beside = self.path.parent / Path(uri).name
        if Path(uri).name != uri:
            raise ValueError(f"its buffer '{uri[:80]}' does not lie beside it")
        return read_bytes(beside)


def open_gltf(path: Path) -> GltfFile:
    """Open `path`.

    Raises:
        MediaError: it cannot be read or is no glTF 2.0. LimitExceededError: it is too large.
    """
    from pygltflib import GLTF2

    data = read_bytes(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of versions, which are looked at below
            if data[:4] == b"glTF":
                content = GLTF2.load_from_bytes(data)
            else:
                content = GLTF2.gltf_from_json(json.dumps(json.loads(data)))
        version = str(content.asset.version)
        nodes = len(content.nodes)
    except GLTF_ERRORS as error:
        raise unreadable(path, error) from None
    if not version.startswith("2"):
        raise MediaError(f"'{path.name}' is glTF {version[:20]}; export it as glTF 2.0.")
    if nodes > MAX_NODES:
        raise LimitExceededError(
            f"'{path.name}' has {nodes} nodes; at most {MAX_NODES} are read. Export the "
            "skeleton with its animation alone."
        )
    return GltfFile(path, content)


GLTF_ERRORS = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, struct.error, binascii.Error,
    RecursionError, UnicodeDecodeError, OverflowError, MemoryError,
)  # fmt: skip


def unreadable(path: Path, error: Exception) -> MediaError:
    """The error that says that `path` is no glTF as it should be."""
    return MediaError(f"'{path.name}' is no readable glTF or GLB file: {error}. Export it anew.")


def node_names(file: GltfFile) -> list[str]:
    """A name for every node: what a VRM says it is of a person, else its own name."""
    names = [node.name or f"node {index}" for index, node in enumerate(file.content.nodes)]
    extensions = file.content.extensions or {}
    for extension in _HUMANOIDS:
        bones = ((extensions.get(extension) or {}).get("humanoid") or {}).get("humanBones") or {}
        pairs = bones.items() if isinstance(bones, dict) else ((b["bone"], b) for b in bones)
        for bone, where in pairs:
            if 0 <= int(where["node"]) < len(names):
                names[int(where["node"])] = bone
    return names

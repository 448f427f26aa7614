"""The engines of one bundle by the length of their window: short chunks in short windows."""

from collections.abc import Mapping

from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.backend import Backend
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.engines.onnxruntime_backend import OrtBackend

Windows = Mapping[int, EngineSet]


def live_windows(backend: Backend, engines: EngineSet, threads: int) -> Windows:
    """`engines`, which are those of `backend`, and what the bundle has beside them, by frames.

    Live streams take the shortest window that holds a chunk. Only ONNX Runtime runs several beside
    each other, and only for bundles that can be streamed live.

    Raises:
        BundleError: the graphs of another window are damaged.
    """
    bundle = backend.bundle
    manifest = bundle.manifest
    windows = {manifest.frames: engines}
    if not (manifest.paints_human and isinstance(backend, OrtBackend)):
        return windows
    size_px = manifest.width_px, manifest.height_px
    for shape in manifest.shapes:
        if (shape.width_px, shape.height_px) == size_px and shape.frames not in windows:
            other = Bundle.open(bundle.folder, shape)
            windows[shape.frames] = EngineSet(OrtBackend(other, threads))
    return windows

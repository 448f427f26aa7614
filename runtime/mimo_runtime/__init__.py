"""MIMO Runtime: bundles, engines, media, synthesis, serving. Never needs torch."""

import os

# Before ONNX Runtime is loaded: it would keep a database of events in the user's cache.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

__version__ = "0.1.0"

"""MIMO Runtime: bundles, engines, media, synthesis, serving. Never needs torch."""

import os

# Before ONNX Runtime is loaded: from 1.29 on it would tell its maker about models and machine, and
# keep a database of that in the user's cache. What is set already stays.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
# The matrices of numpy are small here and solved side by side: waking OpenBLAS's threads took 14 ms
# of products that take 0.04. Read when numpy is loaded; networks have threads of their own.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"

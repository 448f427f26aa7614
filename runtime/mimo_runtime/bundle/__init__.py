"""Bundles: what their files are, opened and verified."""

from mimo_runtime.bundle.bundle import Bundle
from mimo_runtime.bundle.manifest import (
    COMPONENTS,
    FORMAT,
    HUMAN,
    MANIFEST,
    PICTURE,
    Manifest,
    manifest_values,
)
from mimo_runtime.bundle.parts import (
    Component,
    Shape,
    StoredFile,
    TensorSpec,
    Weights,
    shape_from,
)
from mimo_runtime.bundle.verification import OnBytes, changed_file, remember, stored_file

__all__ = [
    "COMPONENTS",
    "FORMAT",
    "HUMAN",
    "MANIFEST",
    "PICTURE",
    "Bundle",
    "Component",
    "Manifest",
    "OnBytes",
    "Shape",
    "StoredFile",
    "TensorSpec",
    "Weights",
    "changed_file",
    "manifest_values",
    "remember",
    "shape_from",
    "stored_file",
]

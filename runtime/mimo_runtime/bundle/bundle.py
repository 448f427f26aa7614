"""A bundle: a folder of fixed-shape ONNX components and `bundle.json`, which describes them."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mimo_runtime.bundle.manifest import FORMAT, MANIFEST, Manifest, manifests_from_values
from mimo_runtime.bundle.parts import Component, Shape, TensorSpec
from mimo_runtime.bundle.verification import OnBytes, changed_file
from mimo_runtime.errors import BundleError
from mimo_runtime.speech import say_nothing


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle, opened for one of its shapes, whose files were compared with its manifest."""

    folder: Path
    manifest: Manifest

    @classmethod
    def open(
        cls,
        folder: Path,
        shape: Shape | None = None,
        anew: bool = False,
        on_bytes: OnBytes = say_nothing,
        verified: bool = False,
    ) -> "Bundle":
        """Read a bundle and verify the files of `shape`, which is the bundle's first if None.

        What was verified before and looks the same since is not read again unless `anew`, and
        no file where another process has `verified` them for this one; `on_bytes` is told bytes
        read and bytes to read.

        Raises:
            BundleError: it is missing, of another format, incomplete or changed, or has no such
                shape; the sentence says which file and what to do.
        """
        manifest = _of_shape(folder, _read_manifests(folder), shape)
        _check_sizes(folder, manifest)
        if verified:
            return cls(folder, manifest)
        changed = changed_file(folder, manifest.files, anew, on_bytes)
        if changed is not None:
            raise BundleError(
                f"{folder / changed} was changed: its SHA-256 is not the manifest's; copy or "
                "export the bundle again."
            )
        return cls(folder, manifest)

    def component(self, name: str) -> Component:
        """The component called `name`.

        Raises:
            BundleError: the bundle has none.
        """
        try:
            return self.manifest.components[name]
        except KeyError:
            raise BundleError(
                f"{self.folder} has no component '{name}'; export the bundle again."
            ) from None

    def tensor(self, component: str, name: str) -> TensorSpec:
        """The input or output `name` of a component.

        Raises:
            BundleError: the component has none.
        """
        found = self.component(component)
        for spec in (*found.inputs, *found.outputs):
            if spec.name == name:
                return spec
        raise BundleError(
            f"{self.folder}: component {component} has no tensor '{name}'; export it again."
        )

    def path(self, component: str) -> Path:
        """The ONNX file of a component."""
        return self.folder / self.component(component).file

    @property
    def digest(self) -> str:
        """SHA-256 over the names and hashes of all files of this shape: what its numbers are."""
        lines = [f"{name} {stored.sha256}" for name, stored in sorted(self.manifest.files.items())]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _read_manifests(folder: Path) -> tuple[Manifest, ...]:
    path = folder / MANIFEST
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BundleError(
            f"{folder} is no bundle: it has no {MANIFEST}. Make one with 'mimo export'."
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise BundleError(f"{path} cannot be read: {error}. Copy the bundle again.") from error
    version = values.get("format") if isinstance(values, dict) else None
    if not isinstance(version, int):
        raise BundleError(
            f"{path} is no bundle manifest: it states no format; export the bundle again."
        )
    if version != FORMAT:
        way_out = "update the program" if version > FORMAT else "export the bundle again"
        raise BundleError(f"{path} has format {version}, this program reads {FORMAT}; {way_out}.")
    try:
        return manifests_from_values(values)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise BundleError(f"{path} is damaged ({error!r}); copy or export it again.") from error


def _of_shape(folder: Path, manifests: Sequence[Manifest], shape: Shape | None) -> Manifest:
    for manifest in manifests:
        if shape in (None, manifest.shape):
            return manifest
    there = ", ".join(str(manifest.shape) for manifest in manifests)
    raise BundleError(f"{folder} has no shape {shape}; it has {there}. Name one of these.")


def _check_sizes(folder: Path, manifest: Manifest) -> None:
    """What is seen without reading: files that are missing or of another size."""
    for name, stored in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise BundleError(f"{folder} lacks the file {name}; copy or export the bundle again.")
        size_bytes = path.stat().st_size
        if size_bytes != stored.size_bytes:
            raise BundleError(
                f"{path} has {size_bytes} bytes where the manifest says {stored.size_bytes}; "
                "copy or export the bundle again."
            )

"""The folders of plans inside a bundle, read and verified."""

from dataclasses import dataclass
from pathlib import Path

from mimo_runtime.bundle import changed_file
from mimo_runtime.errors import PlanError
from mimo_runtime.plans.command import build_command
from mimo_runtime.plans.kernel import PlanKernel
from mimo_runtime.plans.manifest import (
    MANIFEST,
    PlanComponent,
    PlanManifest,
    manifest_from_json,
)

PLANS = "plans"


@dataclass(frozen=True, slots=True)
class PlanFolder:
    """One plan: its folder and its manifest. Its files are compared only by `verify`."""

    path: Path
    manifest: PlanManifest

    @classmethod
    def open(cls, path: Path) -> "PlanFolder":
        """Read `plan.json`.

        Raises:
            PlanError: it is missing or damaged.
        """
        try:
            return cls(path, manifest_from_json((path / MANIFEST).read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise PlanError(
                f"{path} is no plan: it has no {MANIFEST}. Delete the folder."
            ) from None
        except (OSError, ValueError) as error:
            raise PlanError(
                f"{path / MANIFEST} cannot be used: {error}. Delete the folder and run "
                f"'mimo build' again."
            ) from error

    def verify(self) -> None:
        """Compare size and SHA-256 of every file with the manifest.

        What was verified before and looks the same since is not read again.

        Raises:
            PlanError: a file is missing or changed; the sentence has the command that mends it.
        """
        for name, stored in self.manifest.files.items():
            path = self.path / name
            if not path.is_file():
                raise PlanError(f"The plan {self.path} lacks {name}; {self._mend()}")
            size_bytes = path.stat().st_size
            if size_bytes != stored.size_bytes:
                raise PlanError(
                    f"The plan {path} is corrupt: it has {size_bytes} bytes where plan.json says "
                    f"{stored.size_bytes}; {self._mend()}"
                )
        changed = changed_file(self.path, self.manifest.files)
        if changed is not None:
            raise PlanError(
                f"The plan {self.path / changed} is corrupt: its SHA-256 is not that of plan.json; "
                f"{self._mend()}"
            )

    def component(self, name: str) -> PlanComponent:
        """The compiled component `name`.

        Raises:
            PlanError: the plan was built without it.
        """
        try:
            return self.manifest.components[name]
        except KeyError:
            raise PlanError(
                f"The plan {self.path} has no component {name}; build it with "
                f"'{self._command()} --component {name}'."
            ) from None

    def file(self, name: str) -> Path:
        """The file of the engine of component `name`."""
        return self.path / self.component(name).file

    def weights_file(self, name: str) -> Path | None:
        """The ONNX file that component `name` takes its weights from; None: the plan has them."""
        refit_from = self.component(name).refit_from
        return self.path / refit_from if refit_from else None

    def kernel(self, name: str) -> PlanKernel:
        """The kernel `name` beside the engines.

        Raises:
            PlanError: the plan was built without it.
        """
        for kernel in self.manifest.kernels:
            if kernel.name == name:
                return kernel
        raise PlanError(f"The plan {self.path} has no kernel {name}; {self._mend()}")

    @property
    def size_bytes(self) -> int:
        """Bytes of all files."""
        return sum(stored.size_bytes for stored in self.manifest.files.values())

    def _command(self) -> str:
        key = self.manifest.key
        return build_command(self.path.parent.parent, key.engine, key.arch, key.precision)

    def _mend(self) -> str:
        return f"delete {self.path} and run '{self._command()}'."


@dataclass(frozen=True, slots=True)
class PlanIndex:
    """What `plans/` of a bundle holds; `broken` are the sentences of folders that do not open."""

    bundle_folder: Path
    plans: tuple[PlanFolder, ...]
    broken: tuple[str, ...]


def find_plans(bundle_folder: Path) -> PlanIndex:
    """Open every plan of a bundle, in the order of their names; drafts are passed over."""
    plans: list[PlanFolder] = []
    broken: list[str] = []
    root = bundle_folder / PLANS
    for path in sorted(root.iterdir()) if root.is_dir() else ():
        if path.name.startswith(".") or not path.is_dir():
            continue
        try:
            plans.append(PlanFolder.open(path))
        except PlanError as error:
            broken.append(str(error))
    return PlanIndex(bundle_folder, tuple(plans), tuple(broken))

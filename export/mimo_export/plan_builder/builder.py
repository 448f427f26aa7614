"""The components of a bundle built into one plan folder, which is whole whatever happens."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import mimo_runtime
from mimo_export.plan_builder.kernels import FOLDER, MakeKernels, compile_kernels
from mimo_export.plan_builder.library import Library
from mimo_export.plan_builder.progress import OnProgress
from mimo_export.plan_builder.resources import check_disk, check_memory
from mimo_export.plan_builder.target import Target
from mimo_runtime.bundle import Bundle, remember, stored_file
from mimo_runtime.engines.device import Device
from mimo_runtime.errors import PlanError
from mimo_runtime.plans.draft import draft_folder, plans_locked, publish
from mimo_runtime.plans.folder import PLANS, PlanFolder
from mimo_runtime.plans.kernel import PlanKernel
from mimo_runtime.plans.key import PlanKey
from mimo_runtime.plans.manifest import PlanComponent, PlanManifest
from mimo_runtime.speech import say_nothing


@dataclass(frozen=True, slots=True)
class Built:
    """A plan and the components that were built for it now, none when it was whole before."""

    plan: PlanFolder
    new: tuple[str, ...]


class Builder:
    """Builds plans of one bundle with one library.

    `device` is this machine's GPU; with the architecture that is built for, it is asked for
    tactics and memory. `make_kernels` compiles what lies beside the engines.
    """

    def __init__(
        self,
        bundle: Bundle,
        library: Library,
        device: Device | None = None,
        on_progress: OnProgress = say_nothing,
        make_kernels: MakeKernels = compile_kernels,
    ) -> None:
        self._bundle = bundle
        self._library = library
        self._device = device
        self._show = on_progress
        self._make_kernels = make_kernels

    def build(self, target: Target, components: Sequence[str]) -> Built:
        """The plan of `target` with `components`, and those that it had before.

        Raises:
            BusyError: another process builds plans of this bundle.
            ResourceError: too little disk or memory.
            UnsupportedError: the library does not take a component, or the precision harms it.
        """
        key = target.key(self._bundle, self._library.version)
        with plans_locked(self._bundle.folder):
            before = self._whole_plan(key)
            had = before.manifest.components if before else {}
            new = [name for name in components if name not in had]
            if before and not new:
                return Built(before, ())
            check_disk(self._bundle, new, self._bundle.folder, target.stripped)
            check_memory(self._bundle, new, target.measured)
            timings = _timings_file(self._bundle, key)
            self._library.timings = timings.read_bytes() if timings.exists() else b""
            with draft_folder(self._bundle.folder) as draft:
                plan = self._fill(draft, key, target, new, before)
            if self._library.timings:
                timings.write_bytes(self._library.timings)
        return Built(plan, tuple(new))

    def _whole_plan(self, key: PlanKey) -> PlanFolder | None:
        """The plan of that key, unless there is none or it is corrupt and has to be made anew."""
        try:
            plan = PlanFolder.open(self._bundle.folder / PLANS / key.folder_name)
            plan.verify()
        except PlanError:
            return None
        return plan

    def _fill(
        self,
        draft: Path,
        key: PlanKey,
        target: Target,
        new: Sequence[str],
        before: PlanFolder | None,
    ) -> PlanFolder:
        # What it imports takes longer than to see that a plan is whole.
        from mimo_export.plan_builder.plan_writer import PlanWriter

        components: dict[str, PlanComponent] = {}
        kernels: tuple[PlanKernel, ...] = ()
        if before:
            _link_all(before, draft)
            components, kernels = dict(before.manifest.components), before.manifest.kernels
        if not (draft / FOLDER).exists():
            self._show("kernels", "compiling", 0, 1)
            kernels = self._make_kernels(self._bundle, target.arch, draft)
            self._show("kernels", "done", 1, 1)
        writer = PlanWriter(self._bundle, self._library, self._device, target, draft, self._show)
        try:
            writer.make(new)
        except BaseException:  # what was built took minutes and is whole
            if writer.made:
                self._publish(draft, key, components | writer.made, kernels)
            raise
        return self._publish(draft, key, components | writer.made, kernels)

    def _publish(
        self,
        draft: Path,
        key: PlanKey,
        components: dict[str, PlanComponent],
        kernels: tuple[PlanKernel, ...],
    ) -> PlanFolder:
        plan = publish(draft, self._manifest(draft, key, components, kernels))
        remember(plan.path, plan.manifest.files)
        return plan

    def _manifest(
        self,
        draft: Path,
        key: PlanKey,
        components: dict[str, PlanComponent],
        kernels: tuple[PlanKernel, ...],
    ) -> PlanManifest:
        files = sorted(path for path in draft.rglob("*") if path.is_file())
        return PlanManifest(
            key=key,
            components={
                n: components[n] for n in self._bundle.manifest.components if n in components
            },
            files={path.relative_to(draft).as_posix(): stored_file(path) for path in files},
            built_by=f"mimo-runtime {mimo_runtime.__version__}",
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
            kernels=kernels,
        )


def _timings_file(bundle: Bundle, key: PlanKey) -> Path:
    """Measured times of tactics, of use to the next build by the same library for the same GPU."""
    return bundle.folder / PLANS / f".timings-{key.engine}-{key.engine_version}-{key.arch}"


def _link_all(plan: PlanFolder, draft: Path) -> None:
    """The files of a plan once more under the draft, without a copy of their bytes."""
    for name in plan.manifest.files:
        target = draft / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(plan.path / name, target)
        except OSError:  # a file system without hard links
            shutil.copy2(plan.path / name, target)

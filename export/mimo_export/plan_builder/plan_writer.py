"""What fills the draft of a plan: each component measured, typed and made an engine."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from mimo_export.plan_builder.attention_nodes import Plugins, with_tactics
from mimo_export.plan_builder.interpreter import Array
from mimo_export.plan_builder.library import EngineRequest, Library
from mimo_export.plan_builder.mixed_precision import MixedPrecision, TypedComponent
from mimo_export.plan_builder.progress import OnProgress
from mimo_export.plan_builder.samples import sample_feeds
from mimo_export.plan_builder.target import Target
from mimo_export.store import WeightStore
from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.device import Device
from mimo_runtime.plans.key import TENSORRT
from mimo_runtime.plans.manifest import PlanComponent

_GRAPHS = "onnx-"


class PlanWriter:
    """One draft folder and what is needed to fill it for one target.

    Typed graphs lie in a folder of the draft while engines are made of them, and stay there where
    the engines take their weights from them later.
    """

    def __init__(
        self,
        bundle: Bundle,
        library: Library,
        device: Device | None,
        target: Target,
        draft: Path,
        on_progress: OnProgress,
    ) -> None:
        self._bundle = bundle
        self._library = library
        self._here = device is not None and device.arch == target.arch
        self._target = target
        self._draft = draft
        self._show = on_progress
        self.made: dict[str, PlanComponent] = {}
        self._graphs = draft / f"{_GRAPHS}{len(list(draft.glob(f'{_GRAPHS}*')))}"

    def make(self, names: Sequence[str]) -> None:
        """Write the engines of `names` into the draft, describing each in `made` once it is there.

        What fails leaves those before it whole.
        """
        self._graphs.mkdir()
        typing = MixedPrecision(self._bundle, self._target.precision, self._plugins())
        with WeightStore(self._graphs) as store:
            try:
                for name, feeds in self._feeds(names):
                    stage = "measuring" if feeds else "typing"
                    self._show(name, stage, 0, 1)
                    told = partial(self._show, name, stage)
                    self.made[name] = self._engine(name, typing.write(name, store, feeds, told))
                    self._show(name, "done", 1, 1)
            finally:
                self._tidy()

    def _tidy(self) -> None:
        """Leave what the engines that were made need, and nothing of the one that was not."""
        if not self._target.stripped or not self.made:
            shutil.rmtree(self._graphs)
            return
        for graph in self._graphs.glob("*.onnx"):
            if graph.stem not in self.made:
                graph.unlink()

    def _feeds(self, names: Sequence[str]) -> Iterator[tuple[str, Mapping[str, Array] | None]]:
        if not self._target.measured:
            yield from ((name, None) for name in names)
            return
        left = set(names)
        for name, feeds in sample_feeds(self._bundle):
            if name in left:
                yield name, feeds
                left.remove(name)
            if not left:
                return

    def _plugins(self) -> Plugins | None:
        if self._target.engine != TENSORRT:
            return None
        from mimo_kernels.plugins import register_plugins

        return register_plugins(self._library.trt, self._target.arch)

    def _engine(self, name: str, typed: TypedComponent) -> PlanComponent:
        graph = self._graphs / typed.file
        request = EngineRequest(
            component=name,
            onnx=graph,
            arch=self._target.arch,
            level=self._target.level,
            tf32=typed.tf32,
            stripped=self._target.stripped,
        )
        plan = self._library.build(request, lambda done, of: self._show(name, "building", done, of))
        (self._draft / typed.described.file).write_bytes(plan)
        described = typed.described
        if self._target.stripped:
            described = replace(described, refit_from=graph.relative_to(self._draft).as_posix())
        return self._inspected(described, plan) if self._here else described

    def _inspected(self, described: PlanComponent, plan: bytes) -> PlanComponent:
        found = self._library.inspect(plan)
        return replace(
            described,
            device_memory_bytes=found.device_memory_bytes,
            attention=with_tactics(described.attention, found.layers_json),
        )

"""What a bundle has and this machine can run: the data behind `mimo report`."""

from dataclasses import dataclass

from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.availability import EngineAvailability, engine_reports
from mimo_runtime.engines.choice import TORCH, best_on_cpu
from mimo_runtime.engines.device import Device
from mimo_runtime.errors import PlanError
from mimo_runtime.plans.choice import PlanQuery, select_plan
from mimo_runtime.plans.command import build_command
from mimo_runtime.plans.folder import PlanFolder, PlanIndex, find_plans
from mimo_runtime.plans.key import ENGINES, TENSORRT, TENSORRT_RTX
from mimo_runtime.plans.manifest import AttentionNode


@dataclass(frozen=True, slots=True)
class EngineRow:
    """One engine: whether it can run this bundle here, why, and the plan that it takes."""

    name: str
    version: str
    runs: bool
    reason: str
    plan: str


@dataclass(frozen=True, slots=True)
class ComponentRow:
    """One component as the chosen engine runs it.

    `error` is that of the precision on sample inputs, None where nobody measured;
    `device_memory_bytes` is execution memory, None where no GPU was asked.
    """

    name: str
    file: str
    precision: str
    weights_bytes: int
    device_memory_bytes: int | None
    error: float | None
    attention: tuple[AttentionNode, ...]


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One plan in the bundle, whether or not it serves here."""

    name: str
    size_bytes: int
    built_at: str
    components: tuple[ComponentRow, ...]


@dataclass(frozen=True, slots=True)
class EngineReport:
    """Everything that `mimo report` tells; `build` is the command that makes the best plan."""

    bundle: str
    device: Device | None
    no_device: str
    engines: tuple[EngineRow, ...]
    chosen: str
    components: tuple[ComponentRow, ...]
    plans: tuple[PlanRow, ...]
    broken_plans: tuple[str, ...]
    build: str


def engine_report(bundle: Bundle, device: Device | None, no_device: str) -> EngineReport:
    """What runs on `device`, or without one for the reason `no_device`.

    Plans are read, not verified.
    """
    index = find_plans(bundle.folder)
    engines: list[EngineRow] = []
    plans: dict[str, PlanFolder] = {}
    for engine in engine_reports(device, no_device):
        plan, reason = _plan_for(engine, device, index, bundle)
        if plan:
            plans[engine.name] = plan
        runs = engine.usable and (engine.name not in ENGINES or plan is not None)
        name = plan.path.name if plan else ""
        engines.append(EngineRow(engine.name, engine.version, runs, reason, name))
    best = next(row.name for row in engines if row.runs)
    chosen = best if device else best_on_cpu(bundle)[0]
    precision = "fp16" if device and chosen == TORCH else "fp32"
    return EngineReport(
        bundle=bundle.manifest.name,
        device=device,
        no_device=no_device,
        engines=tuple(engines),
        chosen=chosen,
        components=_components(bundle, precision, plans.get(chosen)),
        plans=tuple(map(_row, index.plans)),
        broken_plans=index.broken,
        build=_build_command(bundle, device),
    )


def _plan_for(
    engine: EngineAvailability, device: Device | None, index: PlanIndex, bundle: Bundle
) -> tuple[PlanFolder | None, str]:
    if engine.name not in ENGINES or not engine.usable or device is None:
        return None, engine.reason
    try:
        plan = select_plan(
            index, PlanQuery(engine.name, engine.version, device.arch, bundle.digest)
        )
    except PlanError as error:
        return None, str(error)
    return plan, engine.reason


def _components(
    bundle: Bundle, precision: str, plan: PlanFolder | None
) -> tuple[ComponentRow, ...]:
    if plan is not None:
        return _row(plan).components
    return tuple(
        ComponentRow(name, part.file, precision, part.weights_bytes, None, None, ())
        for name, part in bundle.manifest.components.items()
    )


def _row(plan: PlanFolder) -> PlanRow:
    manifest = plan.manifest
    components = tuple(
        ComponentRow(
            name=name,
            file=f"{plan.path.name}/{part.file}",
            precision=manifest.key.precision,
            weights_bytes=part.weights_bytes,
            device_memory_bytes=part.device_memory_bytes,
            error=part.error,
            attention=part.attention,
        )
        for name, part in manifest.components.items()
    )
    return PlanRow(plan.path.name, plan.size_bytes, manifest.built_at, components)


def _build_command(bundle: Bundle, device: Device | None) -> str:
    if device is None:
        return build_command(bundle.folder, TENSORRT_RTX) + " --gpu sm_89"
    return build_command(bundle.folder, TENSORRT)

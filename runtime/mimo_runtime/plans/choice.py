"""Which plan of a bundle serves an engine on a GPU, or why none does."""

from collections.abc import Callable
from dataclasses import dataclass

from mimo_runtime.bundle import Bundle
from mimo_runtime.errors import PlanError
from mimo_runtime.plans.command import build_command
from mimo_runtime.plans.folder import PlanFolder, PlanIndex, find_plans
from mimo_runtime.plans.key import PRECISIONS, PlanKey


@dataclass(frozen=True, slots=True)
class PlanQuery:
    """What a plan has to fit: `precision` None takes any, `kernels_digest` None any kernels."""

    engine: str
    engine_version: str
    arch: str
    bundle_digest: str
    precision: str | None = None
    kernels_digest: str | None = None


def open_plan(bundle: Bundle, wanted: PlanQuery) -> PlanFolder:
    """Find, choose and verify the plan of a bundle.

    Raises:
        PlanError: none fits, or the one that fits is corrupt; the sentence has the way out.
    """
    plan = select_plan(find_plans(bundle.folder), wanted)
    plan.verify()
    return plan


def select_plan(index: PlanIndex, wanted: PlanQuery) -> PlanFolder:
    """The plan that fits; of several the most complete, then the preferred precision, the newest.

    Raises:
        PlanError: none fits: they are missing, broken, of another GPU, or outdated.
    """
    fitting = [plan for plan in index.plans if not _misfits(plan.manifest.key, wanted)]
    if not fitting:
        raise PlanError(_why_none(index, wanted))
    fitting.sort(key=lambda plan: plan.manifest.built_at, reverse=True)
    return min(fitting, key=_rank)


def _rank(plan: PlanFolder) -> tuple[int, int]:
    manifest = plan.manifest
    return -len(manifest.components), PRECISIONS.index(manifest.key.precision)


_Check = tuple[Callable[[PlanKey, PlanQuery], bool], Callable[[PlanKey, PlanQuery], str]]

# The order is that of nearness: what passes more checks is the better explanation.
_CHECKS: tuple[_Check, ...] = (
    (
        lambda key, wanted: key.engine == wanted.engine,
        lambda key, _: f"is for the engine {key.engine}",
    ),
    (
        lambda key, wanted: wanted.precision in (None, key.precision),
        lambda key, _: f"has precision {key.precision}",
    ),
    (
        lambda key, wanted: key.arch == wanted.arch,
        lambda key, wanted: f"is foreign: built for {key.arch}, this GPU is {wanted.arch}",
    ),
    (
        lambda key, wanted: key.bundle_digest == wanted.bundle_digest,
        lambda *_: "is outdated: the bundle was exported again since",
    ),
    (
        lambda key, wanted: key.engine_version == wanted.engine_version,
        lambda key, wanted: (
            f"is outdated: built by {key.engine} {key.engine_version}, "
            f"installed is {wanted.engine_version}"
        ),
    ),
    (
        lambda key, wanted: wanted.kernels_digest in (None, key.kernels_digest),
        lambda *_: "is outdated: built with other kernels than this program has",
    ),
)


def _misfits(key: PlanKey, wanted: PlanQuery) -> list[str]:
    return [say(key, wanted) for fits, say in _CHECKS if not fits(key, wanted)]


def _why_none(index: PlanIndex, wanted: PlanQuery) -> str:
    command = build_command(index.bundle_folder, wanted.engine, wanted.arch, wanted.precision)
    way_out = f"build one with '{command}'."
    if not index.plans:
        broken = "".join(f" {sentence}" for sentence in index.broken)
        return f"{index.bundle_folder} has no plan for {_named(wanted)}; {way_out}{broken}"
    reasons = [(plan, _misfits(plan.manifest.key, wanted)) for plan in index.plans]
    plan, misfits = min(reasons, key=lambda pair: (len(pair[1]), -_passed(pair[0], wanted)))
    others = len(index.plans) - 1
    rest = f" ({others} more plan{'s fit' if others > 1 else ' fits'} even less)" if others else ""
    return (
        f"{index.bundle_folder} has no plan for {_named(wanted)}: {plan.path.name} "
        f"{' and '.join(misfits)}{rest}; {way_out}"
    )


def _passed(plan: PlanFolder, wanted: PlanQuery) -> int:
    """Checks in order that a plan passes before the first that it fails."""
    key = plan.manifest.key
    return [fits(key, wanted) for fits, _ in _CHECKS].index(False)


def _named(wanted: PlanQuery) -> str:
    precision = f", {wanted.precision}" if wanted.precision else ""
    return f"{wanted.engine} {wanted.engine_version} on {wanted.arch}{precision}"

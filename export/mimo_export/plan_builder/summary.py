"""What a plan came to be, for a terminal: a line a component, then its groups of layers."""

from collections import Counter
from collections.abc import Iterator

from mimo_runtime.plans.folder import PlanFolder
from mimo_runtime.plans.manifest import AttentionNode, LayerGroup, PlanComponent

_WIDTH = 18


def lines(plan: PlanFolder) -> Iterator[str]:
    """The summary of a plan."""
    yield f"{'component':<{_WIDTH}} {'engine MB':>10} {'weights MB':>11} {'error':>8}  attention"
    for name, component in plan.manifest.components.items():
        yield _row(plan, name, component)
        for group in component.layers:
            yield f"  {group.name:<{_WIDTH - 2}} {_kinds(group)}"
    if kernels := plan.manifest.kernels:
        yield f"kernels beside the engines: {', '.join(kernel.name for kernel in kernels)}"


def _row(plan: PlanFolder, name: str, component: PlanComponent) -> str:
    engine_mb = plan.manifest.files[component.file].size_bytes / 1e6
    error = "-" if component.error is None else f"{component.error:.1e}"
    weights_mb = component.weights_bytes / 1e6
    told = attention_line(component.attention)
    return f"{name:<{_WIDTH}} {engine_mb:>10.1f} {weights_mb:>11.1f} {error:>8}  {told}"


def attention_line(nodes: tuple[AttentionNode, ...]) -> str:
    """Attentions counted by operator and by what computes them."""
    counted = Counter((node.operator, node.kernel) for node in nodes)
    return "; ".join(f"{count} {op}: {kernel}" for (op, kernel), count in counted.items()) or "none"


def _kinds(group: LayerGroup) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in sorted(group.kinds.items()))

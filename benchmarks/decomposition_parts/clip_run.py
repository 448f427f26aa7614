"""One clip through every stage that exists."""

from dataclasses import dataclass

from benchmarks.decomposition_parts.analysis_stage import Analysed, analyse
from benchmarks.decomposition_parts.fitting_stage import Fitted, fit
from benchmarks.decomposition_parts.layers_stage import Layered, layer
from benchmarks.decomposition_parts.measures import (
    Measures,
    measure_analysis,
    measure_fit,
    measure_layers,
)
from benchmarks.decomposition_parts.truth import Truth
from mimo_runtime.analysis.estimators import Estimators


@dataclass(frozen=True, slots=True, eq=False)
class ClipRun:
    """What the stages gave; None from the first one on that had nothing to go by."""

    truth: Truth
    analysed: Analysed | None
    fitted: Fitted | None
    layered: Layered | None
    measures: Measures


def run_clip(truth: Truth, estimators: Estimators) -> ClipRun:
    """Run analysis, fit and layers, and measure them."""
    front, spec = truth.clip.front, truth.spec
    kind = "nothing" if front is None else front.kind
    measures = Measures(spec.name, spec.motion, spec.camera, kind, len(truth.frames))
    analysed = analyse(truth, estimators)
    if analysed is None:
        measures.values["human_found"] = [0.0] * len(truth.frames)
        measures.values["human_iou"] = [0.0] * len(truth.frames)
        return ClipRun(truth, None, None, None, measures)
    measures.values.update(measure_analysis(truth, analysed))
    measures.cpu_s.update(people=analysed.people_cpu_s, body=analysed.body_cpu_s)
    fitted = fit(truth, analysed)
    if fitted is not None:
        measures.values.update(measure_fit(truth, fitted))
        measures.cpu_s.update(fit=fitted.fit_cpu_s, draw=fitted.draw_cpu_s)
    layered = layer(truth, analysed, fitted)
    measures.values.update(measure_layers(truth, layered))
    measures.cpu_s.update(layers=layered.cpu_s)
    return ClipRun(truth, analysed, fitted, layered, measures)

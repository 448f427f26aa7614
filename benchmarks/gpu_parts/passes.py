"""Section d: the guided step as the official code computes it, then with one more switch each."""

import copy
from collections.abc import Callable

import torch
from torch import Tensor

from benchmarks.gpu_parts.clock import Deadline, Pace, time_ms
from benchmarks.gpu_parts.reference import relative_error
from benchmarks.gpu_parts.report import Row, Section, Value
from benchmarks.gpu_parts.sizes import Size
from benchmarks.gpu_parts.step_case import StepCase, make_case, prepared_step
from mimo_torch.step import StepInputs
from mimo_torch.switches import Switches, class_of, waterfall

OFFICIAL, ALL, UNGUIDED = "official", "cuda_graph", "all, unguided"
_WARM_UPS = 2
_FIRST_SHARE = 0.65  # of the time: the larger size comes first


def passes(
    section: Section, sizes: tuple[Size, ...], device: torch.device, pace: Pace, end: Deadline
) -> None:
    """The waterfall of every size; `ms` of a step, errors of its prediction."""
    dtype = torch.float16 if device.type == "cuda" else torch.float32
    for size in sizes:
        last = size is sizes[-1]
        own = end if last else end.within(_FIRST_SHARE * end.left_s)
        with torch.inference_mode():
            case = make_case(size, device, dtype)
            wanted = _exact_prediction(case)
            with torch.backends.cudnn.flags(enabled=True, benchmark=True):
                _waterfall(section, size, case, wanted, pace, own)
                _unguided(section, size, case, pace, own)


def _waterfall(
    section: Section, size: Size, case: StepCase, wanted: Tensor, pace: Pace, end: Deadline
) -> None:
    before, official_ms = wanted, 0.0
    for name, switches in waterfall():
        if switches.cuda_graph and case.device.type != "cuda":
            section.notes.append("The CUDA graph needs a GPU.")
            continue
        if end.over:
            section.notes.append(f"Out of time before {name} at {size.side_px} px.")
            return
        try:
            ms, peak_gb, found, graph_error = _measured(case, switches, pace)
        except Exception as error:  # a kernel that does not run here must not hide the others
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            section.notes.append(f"{name} at {size.side_px} px failed: {reason}")
            continue
        official_ms = official_ms or ms
        row: dict[str, Value] = {
            "px": size.side_px,
            "version": name,
            "class": None if name == OFFICIAL else class_of(name),
            "ms": ms,
            "speedup": official_ms / ms,
            "error": relative_error(found, wanted),
            "change": None if name == OFFICIAL else relative_error(found, before),
            "peak_gb": peak_gb,
        }
        section.rows.append(row | ({} if graph_error is None else {"graph_error": graph_error}))
        before = found


def _measured(
    case: StepCase, switches: Switches, pace: Pace
) -> tuple[float, float | None, Tensor, float | None]:
    """Milliseconds, gigabytes, the first prediction, and how far a graph's first one is off."""
    on_gpu = case.device.type == "cuda"
    if on_gpu:
        torch.cuda.reset_peak_memory_stats()
    run = prepared_step(case, switches)
    found, graph_error = run().clone(), None
    if switches.cuda_graph:
        for _ in range(_WARM_UPS):
            third = run()
        run = captured(prepared_step(case, switches))
        graph_error = relative_error(run(), third)
    ms = time_ms([run], case.device, pace)
    peak_gb = torch.cuda.max_memory_allocated() / 1e9 if on_gpu else None
    return ms, peak_gb, found, graph_error


def _unguided(section: Section, size: Size, case: StepCase, pace: Pace, end: Deadline) -> None:
    """The step without guidance, everything on: what steps after the first few cost."""
    if end.over:
        section.notes.append(f"Out of time before the unguided step at {size.side_px} px.")
        return
    run = prepared_step(case, Switches.every(), branches=1)
    run = captured(run) if case.device.type == "cuda" else run
    ms = time_ms([run], case.device, pace)
    section.rows.append({"px": size.side_px, "version": UNGUIDED, "ms": ms})


def captured(run: Callable[[], Tensor]) -> Callable[[], Tensor]:
    """Record a run in a CUDA graph; the result replays it."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(_WARM_UPS):
            run()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        result = run()

    def replay() -> Tensor:
        graph.replay()
        return result

    return replay


def _exact_prediction(case: StepCase) -> Tensor:
    """The official walk on the same rounded numbers, in fp32 on a GPU and fp64 on a CPU."""
    wide = torch.float32 if case.device.type == "cuda" else torch.float64
    inputs = case.inputs
    widened = StepInputs(
        inputs.background.to(wide),
        inputs.pose.to(wide),
        inputs.token.to(wide),
        [features.to(wide) for features in inputs.bank],
        inputs.timesteps,
    )
    denoiser = copy.deepcopy(case.denoiser).to(wide)
    with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
        return prepared_step(StepCase(denoiser, widened, case.noise.to(wide)), Switches())()


def row_of(section: Section, side_px: int, version: str) -> Row | None:
    """The row of a size and version, if it was measured."""
    for row in section.rows:
        if row.get("px") == side_px and row.get("version") == version:
            return row
    return None

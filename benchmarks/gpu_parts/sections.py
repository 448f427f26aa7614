"""The sections in order: which sizes and dtypes, and how much time each may take."""

import math
import traceback

import torch

from benchmarks.gpu_parts.artefacts import artefacts
from benchmarks.gpu_parts.attention_speed import attention_speed
from benchmarks.gpu_parts.chips import Rates, rates_of
from benchmarks.gpu_parts.clock import Deadline, Pace
from benchmarks.gpu_parts.compiled import compiled
from benchmarks.gpu_parts.compiling import compile_all, needed_launches
from benchmarks.gpu_parts.correctness import correctness
from benchmarks.gpu_parts.machine import ceilings
from benchmarks.gpu_parts.other_networks import other_networks
from benchmarks.gpu_parts.passes import passes
from benchmarks.gpu_parts.report import Section
from benchmarks.gpu_parts.sizes import OFFICIAL_SIZES, SMOKE_SIZES
from mimo_kernels import host

TITLES = {
    "compilation": "Compilation",
    "ceilings": "Ceilings of this machine",
    "correctness": "Kernels against fp64",
    "attention": "Attention: ours, PyTorch's, and the floor",
    "artefacts": "Ahead-of-time kernels by cuda.core",
    "passes": "The guided step, one more switch at a time",
    "networks": "Other networks, one frame",
    "compiled": "torch.compile, for comparison",
}
_SMOKE = Pace(0.0, 1, 1)


class Measurement:
    """Runs sections on one device; together they take no longer than `seconds`, nearly.

    A smoke run is not bound by time: it has to come to its end also where much else is running.
    """

    def __init__(self, device: torch.device, smoke: bool, seconds: float) -> None:
        self.sizes = SMOKE_SIZES if smoke else OFFICIAL_SIZES
        self._device = device
        self._smoke = smoke
        self._end = Deadline(math.inf if smoke else seconds)
        self._rates: Rates | None = None

    def run(self, name: str, budget_s: float) -> Section:
        """Measure one section, in at most `budget_s` seconds but for the run that is under way.

        What fails is said in a note, so that the other sections are measured all the same.
        """
        section = Section(TITLES[name])
        try:
            self._fill(name, section, self._end.within(math.inf if self._smoke else budget_s))
        except Exception as error:
            traceback.print_exc()
            reason = (str(error).splitlines() or [""])[0]
            section.notes.append(f"This section failed: {type(error).__name__}: {reason}")
        if self._device.type == "cuda":
            torch.cuda.empty_cache()
        return section

    def _fill(self, name: str, section: Section, end: Deadline) -> None:
        sizes, device = self.sizes, self._device
        match name:
            case "compilation":
                arch = host.architecture(device) or host.INTERPRETED
                compile_all(section, needed_launches(sizes, self._dtypes, arch), device, end)
            case "ceilings":
                measured = ceilings(section, device, self._pace(2.0, 5))
                self._rates = None if measured is None else rates_of(device, measured)
            case "correctness":
                correctness(section, sizes, self._dtypes, device, end)
            case "attention":
                pace = self._pace(0.4, 5)
                attention_speed(section, sizes, device, self._rates, pace, end)
            case "artefacts":
                artefacts(section, sizes, device, end)
            case "passes":
                passes(section, sizes, device, self._pace(1.5, 3), end)
            case "networks":
                other_networks(section, sizes, device, self._pace(0.7, 3), end)
            case "compiled":
                compiled(section, device, end)

    def _pace(self, seconds: float, least: int) -> Pace:
        return _SMOKE if self._smoke else Pace(seconds, least)

    @property
    def _dtypes(self) -> tuple[torch.dtype, ...]:
        """The interpreter computes with raw bits in bf16, so a smoke run leaves it out."""
        return (torch.float16,) if self._smoke else (torch.float16, torch.bfloat16)

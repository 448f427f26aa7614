"""TensorRT and TensorRT-RTX behind one face: an ONNX file in, the bytes of an engine out.

Written against TensorRT 11 and TensorRT-RTX 1.7.
"""

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mimo_export.plan_builder.callbacks import Interrupts, OnStep, collecting_log, step_monitor
from mimo_runtime.engines.availability import RTX_ARCHITECTURES, library_version
from mimo_runtime.engines.device import Device
from mimo_runtime.errors import UnsupportedError
from mimo_runtime.plans.key import TENSORRT, TENSORRT_RTX

_LONGEST = 300
MODULES = {TENSORRT: "tensorrt", TENSORRT_RTX: "tensorrt_rtx"}


@dataclass(frozen=True, slots=True)
class EngineRequest:
    """One engine to build.

    `level` is the optimisation level 0 to 5; `tf32` lets float32 products take TF32; `stripped`
    leaves the weights out of the engine, which then takes them from the ONNX file when loaded.
    """

    component: str
    onnx: Path
    arch: str
    level: int
    tf32: bool
    stripped: bool


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a GPU tells of an engine: execution memory in bytes and its layers as JSON."""

    device_memory_bytes: int
    layers_json: str


class Library:
    """TensorRT or TensorRT-RTX, loaded.

    Raises:
        UnsupportedError: it is not installed or does not load.
    """

    def __init__(self, engine: str) -> None:
        self.engine = engine
        self.version = library_version(MODULES[engine])
        self.trt: Any = importlib.import_module(MODULES[engine])
        self.timings = b""
        self._log = collecting_log(self.trt)

    def build(self, request: EngineRequest, on_step: OnStep) -> bytes:
        """The engine of `request`; `on_step` is told steps done and steps there are.

        Raises:
            UnsupportedError: the library does not take the graph; the sentence names the node.
            KeyboardInterrupt: the user asked for it, or a step raised it.
        """
        self._log.errors.clear()
        builder = self.trt.Builder(self._log)
        network = builder.create_network(self._network_flags())
        parser = self.trt.OnnxParser(network, self._log)
        if not parser.parse_from_file(str(request.onnx)):
            raise UnsupportedError(self._parse_sentence(parser, request.component))
        self._allow_decomposition(network)
        config = self._config(builder, request)
        with Interrupts() as interrupts:
            config.progress_monitor = step_monitor(self.trt, on_step, interrupts)
            plan = builder.build_serialized_network(network, config)
        if plan is None:
            raise UnsupportedError(self._build_sentence(request))
        if self.engine == TENSORRT:
            self.timings = bytes(config.get_timing_cache().serialize())
        return bytes(plan)

    def inspect(self, plan: bytes) -> Inspection:
        """Load an engine on the GPU it was built for and ask it.

        Raises:
            UnsupportedError: it does not load.
        """
        engine = self.trt.Runtime(self._log).deserialize_cuda_engine(plan)
        if engine is None:
            raise UnsupportedError(
                f"{self.engine} {self.version} does not load what it has built: {self._why()}"
            )
        inspector = engine.create_engine_inspector()
        layers = inspector.get_engine_information(self.trt.LayerInformationFormat.JSON)
        return Inspection(engine.device_memory_size_v2, layers)

    def _network_flags(self) -> int:
        flag = self.trt.NetworkDefinitionCreationFlag
        flags = 1 << int(flag.STRONGLY_TYPED)
        if self.engine == TENSORRT:
            flags |= 1 << int(flag.PREFER_AOT_PYTHON_PLUGINS)
        return flags

    def _config(self, builder: Any, request: EngineRequest) -> Any:
        config = builder.create_builder_config()
        config.builder_optimization_level = request.level
        config.profiling_verbosity = self.trt.ProfilingVerbosity.DETAILED
        flags = self.trt.BuilderFlag
        if not request.tf32:
            config.clear_flag(flags.TF32)
        if self.engine == TENSORRT_RTX:  # a timing cache would make it look for a GPU
            config.num_compute_capabilities = 1
            config.set_compute_capability(capability(self.trt, request.arch), 0)
            return config
        if request.stripped:
            config.set_flag(flags.STRIP_PLAN)
            config.set_flag(flags.REFIT_IDENTICAL)
        config.set_timing_cache(config.create_timing_cache(self.timings), False)
        return config

    def _allow_decomposition(self, network: Any) -> None:
        """Let every attention without a kernel of its own become plain products."""
        for index in range(network.num_layers):
            layer = network.get_layer(index)
            if layer.type == self.trt.LayerType.ATTENTION_INPUT:
                layer.__class__ = self.trt.IAttentionInputLayer
                layer.attention.decomposable = True

    def _parse_sentence(self, parser: Any, component: str) -> str:
        error = parser.get_error(0)
        node = f"{error.node_operator()} {error.node_name()}".strip() or "the file"
        return (
            f"{component}: {self.engine} {self.version} cannot read {node}: {error.desc()} Use "
            "another engine for this bundle, or export it again."
        )

    def _build_sentence(self, request: EngineRequest) -> str:
        return (
            f"{request.component}: {self.engine} {self.version} builds no engine for "
            f"{request.arch}: {self._why()} Try another --precision or --level."
        )

    def _why(self) -> str:
        """The library's first complaint, on one line."""
        said = " ".join(self._log.errors[0].split()) if self._log.errors else "it gives no reason"
        return f"{said[:_LONGEST]}." if not said.endswith(".") else said[:_LONGEST]


def capability(trt: Any, arch: str) -> Any:
    """TensorRT-RTX's name of an architecture that `check_target` let through."""
    return getattr(trt.ComputeCapability, arch.replace("sm_", "SM"))


def check_target(engine: str, arch: str, device: Device | None) -> None:
    """Refuse what an engine cannot build for or, with this GPU or none, cannot build on.

    Raises:
        UnsupportedError: with the way out.
    """
    if engine == TENSORRT_RTX and arch not in RTX_ARCHITECTURES:
        raise UnsupportedError(
            f"tensorrt-rtx serves {', '.join(RTX_ARCHITECTURES)}, not {arch}; build with "
            "the engine tensorrt on that GPU, or render with torch."
        )
    if engine == TENSORRT and (device is None or device.arch != arch):
        has = f"a {device.name} ({device.arch})" if device else "none"
        raise UnsupportedError(
            f"TensorRT builds on the GPU it builds for: that is to be {arch}, and this machine has "
            f"{has}. Build there, or with the engine tensorrt-rtx."
        )

"""Plan files turned into engines."""

from pathlib import Path
from typing import Any

from mimo_runtime.engines.tensorrt.library import make_logger
from mimo_runtime.errors import PlanError
from mimo_runtime.plans.folder import PlanFolder


class PlanLoader:
    """Deserialises plans with one runtime of TensorRT."""

    def __init__(self, trt: Any) -> None:
        self._trt = trt
        self._problems: list[str] = []
        self._logger = make_logger(trt, self._problems)
        self._runtime = trt.Runtime(self._logger)

    def load(self, plan: PlanFolder, component: str) -> Any:
        """The engine of a component, with its weights.

        Raises:
            PlanError: TensorRT refuses the plan; the sentence has its first complaint.
        """
        self._problems.clear()
        path = plan.file(component)
        engine = self._runtime.deserialize_cuda_engine(path.read_bytes())
        if engine is None:
            raise PlanError(f"TensorRT cannot load {path}: {self._complaint()} Build it again.")
        weights = plan.weights_file(component)
        if weights is not None:
            self._refit(engine, weights, path)
        return engine

    def _refit(self, engine: Any, weights: Path, path: Path) -> None:
        """Take the weights from the ONNX file, so that they are stored once and not per plan."""
        refitter = self._trt.Refitter(engine, self._logger)
        parser = self._trt.OnnxParserRefitter(refitter, self._logger)
        if not parser.refit_from_file(str(weights)) or not refitter.refit_cuda_engine():
            raise PlanError(
                f"TensorRT cannot put the weights of {weights} into {path}: {self._complaint()} "
                "Build it again."
            )

    def _complaint(self) -> str:
        first = self._problems[0] if self._problems else "it does not say why."
        return first.strip().rstrip(".") + "."

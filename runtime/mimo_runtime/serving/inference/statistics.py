"""What is counted of requests of the Open Inference Protocol, since the server began."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from mimo.inference import open_inference_pb2 as pb
from mimo_runtime.serving.inference.description import VERSION


class Statistics:
    """Requests for one model. Used from one event loop only."""

    def __init__(self, model: str) -> None:
        self._told = pb.ModelStatistics(name=model, version=VERSION)

    @contextmanager
    def request(self) -> Iterator[None]:
        """Count a request, which takes as long as the block."""
        began_ms, began_ns = time.time_ns() // 1_000_000, time.monotonic_ns()
        counted = self._told.inference_stats.fail
        try:
            yield
            counted = self._told.inference_stats.success
            self._told.last_inference = began_ms
            self._told.inference_count += 1
            self._told.execution_count += 1
        finally:
            counted.count += 1
            counted.ns += time.monotonic_ns() - began_ns

    def response(self) -> pb.ModelStatisticsResponse:
        """What was counted so far."""
        return pb.ModelStatisticsResponse(model_stats=[self._told])

"""One pass of one component: `python -m benchmarks.one_pass BUNDLE COMPONENT ENGINE [SHAPE]`."""

import sys
import time
from pathlib import Path

import numpy as np

from mimo_runtime.bundle import Bundle, shape_from
from mimo_runtime.engines.choice import open_backend
from mimo_runtime.engines.engine_set import EngineSet

OPENED = "opened"  # said when the libraries are loaded and the component is not


def main(folder: str, component: str, engine: str, shape: str | None = None) -> None:
    """Load the component, fill its inputs with noise and run it."""
    engines = EngineSet(open_backend(Bundle.open(Path(folder), shape_from(shape)), engine))
    print(OPENED, flush=True)
    time.sleep(1)  # for who measures what the libraries have taken
    bound = engines.bind(component)
    draw = np.random.default_rng(1)
    for spec in engines.get(component).component.inputs:
        buffer = bound.buffers[spec.name]
        if spec.dtype.startswith("float"):
            buffer[...] = draw.standard_normal(spec.shape, np.float32)
        elif spec.dtype == "bool":
            buffer[...] = np.ones(spec.shape, bool)
    bound.run()
    for spec in engines.get(component).component.outputs:
        print(spec.name, float(np.abs(np.asarray(bound.buffers[spec.name])).mean()))


if __name__ == "__main__":
    main(*sys.argv[1:])

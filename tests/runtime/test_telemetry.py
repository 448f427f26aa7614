"""No library that we use reports to its maker."""

import os
import subprocess
import sys

import pytest

PROGRAM = (
    "import os, sys, mimo_runtime\n"
    "assert 'onnxruntime' not in sys.modules\n"
    "print(os.environ['ORT_DISABLE_TELEMETRY'])"
)


@pytest.mark.parametrize(("given", "found"), [(None, "1"), ("0", "0")])
def test_onnx_runtime_is_told_to_be_quiet_before_it_is_imported(
    given: str | None, found: str
) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"}
    environment |= {} if given is None else {"ORT_DISABLE_TELEMETRY": given}
    said = subprocess.check_output([sys.executable, "-c", PROGRAM], env=environment, text=True)
    assert said.strip() == found

"""tritonclient does the whole job: from a picture and a plain video to frames."""

import json
from pathlib import Path

from mimo_runtime.sample import CHARACTER
from mimo_runtime.serving.local import LocalServer
from tests.foreign import ROOT, said, triton_python
from tests.runtime.serving.inference import model_of
from tests.runtime.serving.test_driving import FRAMES, driving, server  # noqa: F401

CLIENT = ROOT / "tests/triton/client.py"


def test_tritonclient(server: LocalServer, driving: Path) -> None:  # noqa: F811
    model = model_of(server.address)
    told = json.loads(said(triton_python(), CLIENT, server.address, CHARACTER, driving, model))
    assert (told["live"], told["ready"], told["decoupled"]) == (True, True, True)
    assert (told["server"], told["outputs"]) == ("mimo-runtime", ["frames"])
    assert told["shapes"] == [[1, 192, 192, 3]] * FRAMES
    assert told["error"][0] == "StatusCode.INVALID_ARGUMENT"
    assert "steps" in told["error"][1]
    assert len(told["means"]) == FRAMES
    assert told["whole"] == told["means"]
    assert told["counted"] == [2, 1]
    assert all(0 < mean < 255 for mean in told["means"])

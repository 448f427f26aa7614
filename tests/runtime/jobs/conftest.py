from collections.abc import Callable, Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from mimo_runtime.jobs.asset import Asset
from mimo_runtime.jobs.limits import JobLimits
from mimo_runtime.jobs.spec import AssetInput, JobSpec
from mimo_runtime.jobs.state import State
from mimo_runtime.sessions.inputs import InputLimits
from mimo_runtime.wire.kinds import InputKind, OutputKind
from mimo_runtime.wire.motion_view import MotionView
from mimo_runtime.wire.settings import Settings

OpenState = Callable[..., State]


@pytest.fixture
def open_state(tmp_path: Path) -> Iterator[OpenState]:
    """A function that opens the state folder of the test, with some limits."""
    with ExitStack() as stack:

        def start(**limits: Any) -> State:
            state = State(tmp_path / "state", JobLimits(**limits), InputLimits())
            stack.callback(state.close)
            return state

        yield start


def put(state: State, caller: str, data: bytes, name: str = "") -> Asset:
    """An asset, sent in one piece."""
    digest = sha256(data).hexdigest()
    upload = state.assets.begin(caller, digest, len(data), name)
    assert upload is not None
    upload.write(0, data)
    return state.assets.finish(caller, digest, upload)


def spec_of(character: Asset, driving: Asset, **settings: Any) -> JobSpec:
    """A job of a picture and a driving video."""
    inputs = (
        AssetInput(InputKind.CHARACTER, character.sha256),
        AssetInput(InputKind.DRIVING, driving.sha256),
    )
    return JobSpec(Settings(**settings), OutputKind.VIDEO, MotionView(), inputs)

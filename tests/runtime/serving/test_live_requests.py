"""What a client of a live stream asks for arrives as it was meant."""

import pytest

from mimo_runtime.client.live_messages import live_change, live_config
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.serving.live_requests import live_change as change_from
from mimo_runtime.serving.live_requests import live_settings
from mimo_runtime.wire.live import PictureFormat
from mimo_runtime.wire.live_change import LiveChange
from tests.runtime.runner.live import settings

SOLVERS = {"solver": "dpmpp-2m", "step_table": "999,700,300", "guidance_interval": "0.2,0.9"}


@pytest.mark.parametrize("given", [{}, {"step_table": "even-angle", "steps": 4}, SOLVERS])
def test_settings_there_and_back(given: dict[str, str | int]) -> None:
    asked = settings(**{"steps": None} | given, latency_s=0.5)
    assert live_settings(live_config(asked, PictureFormat.JPEG, 0)) == asked


def test_a_solver_that_is_none_is_refused() -> None:
    config = live_config(settings(), PictureFormat.JPEG, 0)
    config.solver = "euler"
    with pytest.raises(InvalidRequestError, match="solver is 'euler'"):
        live_settings(config)


@pytest.mark.parametrize(
    ("change", "settings_of_it"),
    [
        (LiveChange(1, 7, steps=3), {"steps": 3}),
        (LiveChange(2, 7, **SOLVERS), SOLVERS),
        (LiveChange(3, 7, solver="", step_table=""), {"solver": None, "step_table": None}),
        (LiveChange(4, 7, latency_s=0.5, displayed_frame=2), {}),
    ],
)
def test_a_change_there_and_back(
    change: LiveChange, settings_of_it: dict[str, str | int | None]
) -> None:
    arrived, kinds = change_from(live_change(change, []))
    assert arrived == change
    assert not kinds
    assert arrived.settings == settings_of_it
    assert arrived.replans

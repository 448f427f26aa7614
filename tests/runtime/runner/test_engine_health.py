"""An engine process is slow or stuck by what its own dry pass took."""

import pytest

from mimo_runtime.runner.engine_health import STUCK_DRY_PASSES, EngineHealth, Patience

PATIENCE = Patience(slow_s=15, stuck_s=60)


@pytest.mark.parametrize("dry_s", [1.0, 1000.0])
def test_large_networks_may_be_busy_for_longer(dry_s: float) -> None:
    told: list[str] = []
    health = EngineHealth(PATIENCE, dry_s, told.append)
    slow_s, stuck_s = max(15, dry_s), max(60, STUCK_DRY_PASSES * dry_s)
    health.heard(busy_s=slow_s - 1)
    assert health.alive()
    assert told == []
    health.heard(busy_s=slow_s + 1)
    assert health.alive()
    assert health.alive()
    assert told == [f"The engine process is slow: {slow_s + 1:.0f} s for one step."]
    health.heard(busy_s=stuck_s + 1)
    assert not health.alive()
    assert f"at one piece of work for {stuck_s + 1:.0f} s; it is ended" in told[1]

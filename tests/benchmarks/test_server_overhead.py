"""A short run of the server with an engine of fixed time."""

from benchmarks.server_overhead import measured


def test_every_frame_comes_and_its_size_is_what_is_said() -> None:
    found = measured(streams=2, rate_fps=10, seconds=1.0, engine_ms=5.0)
    assert (found["streams"], found["frames"]) == (2, 20)
    assert 45 < found["frame_kb"] < 75
    assert 0 < found["added_p50_ms"] <= found["added_p99_ms"]
    assert found["encode_p50_ms"] < found["added_p50_ms"]
    assert found["cpu_ms"] > 0

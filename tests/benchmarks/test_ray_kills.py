"""A node of a Ray cluster that is killed, once; the command kills twenty."""

from pathlib import Path

import pytest

from benchmarks.ray_kills import HEALTH, measure


def test_a_node_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    clusters = pytest.importorskip("ray.cluster_utils")
    head = {"num_cpus": 0, "_system_config": HEALTH}
    cluster = clusters.Cluster(True, head_node_args=head)
    try:
        found = measure(1, tmp_path, cluster)
    finally:
        cluster.shutdown()
    assert found.kills == 1
    assert found.shots >= 1

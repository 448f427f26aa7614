from pathlib import Path

import onnx_ir as ir

from mimo_export.plan_builder.layers import layer_groups


def test_layers_are_counted_by_block_in_the_order_of_the_network(small_bundle: Path) -> None:
    graph = ir.load(small_bundle / "denoiser.onnx").graph
    groups = layer_groups(graph)
    downs, ups = [f"down_blocks.{n}" for n in range(4)], [f"up_blocks.{n}" for n in range(4)]
    assert [group.name for group in groups] == ["rest", *downs, "mid_block", *ups]
    assert sum(group.kinds.get("Conv", 0) for group in groups) == 64
    assert sum(group.kinds.get("TemporalAttention", 0) for group in groups) == 26
    assert not any("Reshape" in group.kinds for group in groups)


def test_a_component_without_blocks_is_one_group(small_bundle: Path) -> None:
    (group,) = layer_groups(ir.load(small_bundle / "time_embedding.onnx").graph)
    assert (group.name, group.kinds["Gemm"]) == ("rest", 16)

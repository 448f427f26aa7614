"""The comparison of `--check`, with the typed graphs computed on the CPU in place of a GPU."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import onnx_ir as ir
import pytest

from mimo_export.plan_builder.boundary import boundary_spec
from mimo_export.plan_builder.check import check
from mimo_export.plan_builder.float32_nodes import float32_nodes
from mimo_export.plan_builder.interpreter import Array, interpret
from mimo_export.plan_builder.precision import LOW_TYPES, narrow
from mimo_runtime.bundle import Bundle
from mimo_runtime.errors import PlanError
from mimo_runtime.plans.folder import PlanFolder
from tests.runtime.plans.plans import COMPONENT, write_plan

NAMES = ("vae_decoder", "identity")


@pytest.fixture
def plan(bundle: Bundle) -> PlanFolder:
    """A plan whose components have the boundary's tensors and a measured error."""
    written = write_plan(bundle.folder, names=NAMES)
    components = {
        name: replace(
            COMPONENT,
            inputs=tuple(map(boundary_spec, bundle.component(name).inputs)),
            outputs=tuple(map(boundary_spec, bundle.component(name).outputs)),
            error=0.0015,
        )
        for name in NAMES
    }
    return PlanFolder(written.path, replace(written.manifest, components=components))


def _in_half(bundle: Bundle, name: str, feeds: Mapping[str, Array]) -> dict[str, Array]:
    model = ir.load(bundle.path(name))
    kept = float32_nodes(model.graph, name, "fp16")
    narrow(model, bundle.component(name), LOW_TYPES["fp16"], kept)
    for value in model.graph.inputs:
        assert value.dtype is not None
        assert feeds[value.name or ""].dtype == value.dtype.numpy()
    return interpret(model, feeds)


def test_engines_that_err_as_their_precision_pass(bundle: Bundle, plan: PlanFolder) -> None:
    found = dict(check(bundle, plan, lambda name, feeds: _in_half(bundle, name, feeds)))
    assert set(found) == set(NAMES)
    assert all(1e-5 < error < 0.003 for error in found.values())


def test_an_engine_with_other_results_is_refused(bundle: Bundle, plan: PlanFolder) -> None:
    def wrong(name: str, feeds: Mapping[str, Array]) -> dict[str, Array]:
        return {k: v + np.float32(0.1) for k, v in _in_half(bundle, name, feeds).items()}

    with pytest.raises(PlanError, match=r"^vae_decoder of .* do not use the plan"):
        list(check(bundle, plan, wrong))


def test_no_numbers_are_refused(bundle: Bundle, plan: PlanFolder) -> None:
    def nothing(name: str, feeds: Mapping[str, Array]) -> dict[str, Array]:
        return {k: v * np.nan for k, v in _in_half(bundle, name, feeds).items()}

    with pytest.raises(PlanError, match="nan"):
        list(check(bundle, plan, nothing))

from pathlib import Path

import pytest

from mimo_runtime.errors import PlanError
from mimo_runtime.plans.folder import PlanFolder, find_plans
from tests.runtime.plans.plans import KERNEL, write_plan


@pytest.fixture
def plan(tmp_path: Path) -> PlanFolder:
    return write_plan(tmp_path / "bundle")


def test_a_whole_plan_verifies_and_gives_its_parts(plan: PlanFolder) -> None:
    opened = PlanFolder.open(plan.path)
    opened.verify()
    assert opened.file("time_embedding").read_bytes() == b"engine of time_embedding"
    assert opened.weights_file("time_embedding") is None
    assert opened.kernel("gather_latents") == KERNEL
    assert opened.component("time_embedding").component().inputs[0].name == "timesteps"
    assert opened.size_bytes == len(b"engine of time_embedding") + len(".version 8.3\n")


def test_a_changed_file_is_corrupt_and_the_sentence_has_the_way_out(plan: PlanFolder) -> None:
    plan.file("time_embedding").write_bytes(b"engine of tame_embedding")
    with pytest.raises(PlanError, match="corrupt: its SHA-256") as error:
        plan.verify()
    assert f"delete {plan.path}" in str(error.value)
    assert "--engine tensorrt --precision fp16 --gpu sm_90" in str(error.value)


def test_a_cut_file_is_corrupt(plan: PlanFolder) -> None:
    plan.file("time_embedding").write_bytes(b"engine")
    with pytest.raises(PlanError, match="corrupt: it has 6 bytes where"):
        plan.verify()


def test_a_lost_file_is_named(plan: PlanFolder) -> None:
    (plan.path / KERNEL.file).unlink()
    with pytest.raises(PlanError, match="lacks kernels/gather_latents"):
        plan.verify()


def test_a_component_that_was_not_built_is_named_with_the_command(plan: PlanFolder) -> None:
    with pytest.raises(PlanError, match=r"no component denoiser.*--component denoiser"):
        plan.file("denoiser")


def test_a_kernel_that_was_not_built_is_named(plan: PlanFolder) -> None:
    with pytest.raises(PlanError, match="no kernel solver_step_2"):
        plan.kernel("solver_step_2")


def test_a_folder_without_plan_json_is_no_plan(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"no plan: it has no plan\.json"):
        PlanFolder.open(tmp_path)


def test_plans_are_found_and_drafts_and_files_passed_over(plan: PlanFolder) -> None:
    root = plan.path.parent
    (root / ".draft-x").mkdir()
    (root / ".timings").touch()
    (root / "broken").mkdir()
    (root / "broken" / "plan.json").write_text("{")
    found = find_plans(root.parent)
    assert [each.path for each in found.plans] == [plan.path]
    assert len(found.broken) == 1
    assert "broken" in found.broken[0]


def test_a_bundle_that_was_never_built_has_none(tmp_path: Path) -> None:
    found = find_plans(tmp_path)
    assert (found.plans, found.broken) == ((), ())

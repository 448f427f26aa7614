from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mimo_runtime.bundle import Bundle
from mimo_runtime.errors import PlanError
from mimo_runtime.plans.choice import PlanQuery, open_plan, select_plan
from mimo_runtime.plans.folder import find_plans
from tests.runtime.plans.plans import KEY, write_plan

WANTED = PlanQuery(KEY.engine, KEY.engine_version, KEY.arch, KEY.bundle_digest)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"arch": "sm_89"}, "is foreign: built for sm_90, this GPU is sm_89"),
        ({"bundle_digest": "c" * 64}, "is outdated: the bundle was exported again"),
        ({"engine_version": "11.5"}, r"is outdated: built by tensorrt 11.4.0.106, installed is 11"),
        ({"kernels_digest": "l" * 64}, "is outdated: built with other kernels"),
        ({"precision": "bf16"}, "has precision fp16"),
        ({"engine": "tensorrt-rtx"}, "is for the engine tensorrt"),
    ],
)
def test_what_does_not_fit_is_told_with_the_command(
    tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    plan = write_plan(tmp_path / "my bundle")
    wanted = replace(WANTED, **change)
    with pytest.raises(PlanError, match=words) as error:
        select_plan(find_plans(tmp_path / "my bundle"), wanted)
    assert plan.path.name in str(error.value)
    assert f"--engine {wanted.engine}" in str(error.value)
    assert f"--gpu {wanted.arch}'" in str(error.value)
    assert f"'{tmp_path}/my bundle'" in str(error.value)


def test_without_a_plan_the_sentence_has_the_command(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"no plan for tensorrt .* on sm_90; build one"):
        select_plan(find_plans(tmp_path), WANTED)


def test_the_nearest_plan_explains(tmp_path: Path) -> None:
    write_plan(tmp_path, replace(KEY, arch="sm_80", engine_version="10.0"))
    write_plan(tmp_path, replace(KEY, engine="tensorrt-rtx"))
    near = write_plan(tmp_path, replace(KEY, bundle_digest="c" * 64))
    with pytest.raises(PlanError, match=f"{near.path.name} is outdated.*2 more plans fit even"):
        select_plan(find_plans(tmp_path), WANTED)


def test_a_broken_plan_is_part_of_the_sentence(tmp_path: Path) -> None:
    (tmp_path / "plans" / "torn").mkdir(parents=True)
    with pytest.raises(PlanError, match="torn is no plan"):
        select_plan(find_plans(tmp_path), WANTED)


def test_complete_before_preferred_precision_before_newest(tmp_path: Path) -> None:
    def chosen() -> Path:
        return select_plan(find_plans(tmp_path), WANTED).path

    eight = write_plan(tmp_path, replace(KEY, precision="fp8"))
    assert chosen() == eight.path
    old = write_plan(tmp_path)
    assert chosen() == old.path
    new = write_plan(tmp_path, replace(KEY, options={}), built_at="2026-11-21T00:00:00+00:00")
    assert chosen() == new.path
    both = write_plan(
        tmp_path, replace(KEY, precision="bf16"), names=("time_embedding", "denoiser")
    )
    assert chosen() == both.path
    assert select_plan(find_plans(tmp_path), replace(WANTED, precision="fp8")).path == eight.path


def test_an_opened_plan_is_verified(tmp_path: Path, small_bundle: Path) -> None:
    bundle = Bundle(tmp_path, Bundle.open(small_bundle).manifest)
    plan = write_plan(tmp_path, replace(KEY, bundle_digest=bundle.digest))
    wanted = replace(WANTED, bundle_digest=bundle.digest)
    assert open_plan(bundle, wanted).path == plan.path
    plan.file("time_embedding").write_bytes(b"")
    with pytest.raises(PlanError, match="corrupt"):
        open_plan(bundle, wanted)

import os
from pathlib import Path

import onnx
import pytest

from mimo_export.plan_builder.builder import Builder
from mimo_export.plan_builder.library import Library
from mimo_export.plan_builder.target import Target
from mimo_runtime.bundle import Bundle
from mimo_runtime.errors import BusyError, UnsupportedError
from mimo_runtime.plans.choice import PlanQuery, open_plan
from mimo_runtime.plans.draft import plans_locked
from mimo_runtime.plans.folder import PLANS, PlanFolder
from mimo_runtime.plans.kernel import PlanKernel
from mimo_runtime.plans.key import TENSORRT_RTX

pytest.importorskip("tensorrt_rtx", reason="TensorRT-RTX is not installed")
TARGET = Target(TENSORRT_RTX, "sm_89", "fp16", level=0)


def one_kernel(bundle: Bundle, arch: str, folder: Path) -> tuple[PlanKernel, ...]:
    """Compiling needs a process where Triton does not interpret; see `test_kernels`."""
    (folder / "kernels").mkdir()
    (folder / "kernels/k.ptx").write_text(f".target {arch} // {bundle.manifest.name}")
    return (PlanKernel("k", "kernels/k.ptx", "k", (1, 1, 1), (32, 1, 1), 0, ()),)


@pytest.fixture(scope="module")
def library() -> Library:
    return Library(TENSORRT_RTX)


@pytest.fixture
def builder(bundle: Bundle, library: Library) -> Builder:
    return Builder(bundle, library, make_kernels=one_kernel)


def _left(bundle: Bundle) -> list[str]:
    return [path.name for path in (bundle.folder / PLANS).iterdir() if path.name != ".lock"]


def test_a_plan_is_built_found_and_not_built_again(bundle: Bundle, builder: Builder) -> None:
    built = builder.build(TARGET, ["time_embedding", "condition"])
    assert built.new == ("time_embedding", "condition")
    wanted = PlanQuery(TENSORRT_RTX, Library(TENSORRT_RTX).version, "sm_89", bundle.digest)
    plan = open_plan(bundle, wanted)
    assert plan.path == built.plan.path
    assert plan.kernel("k").entry == "k"
    condition = plan.component("condition")
    assert [spec.dtype for spec in condition.inputs] == ["float32", "float32"]
    assert [spec.dtype for spec in condition.outputs] == ["float16"]
    assert condition.error is not None
    assert 1e-5 < condition.error < 1e-3
    assert sorted(plan.manifest.files) == ["condition.plan", "kernels/k.ptx", "time_embedding.plan"]
    before = plan.file("time_embedding").stat().st_mtime_ns
    again = builder.build(TARGET, ["time_embedding"])
    assert again.new == ()
    assert again.plan.file("time_embedding").stat().st_mtime_ns == before


def test_a_component_more_keeps_the_others(bundle: Bundle, builder: Builder) -> None:
    first = builder.build(TARGET, ["time_embedding"]).plan
    inode = first.file("time_embedding").stat().st_ino
    second = builder.build(TARGET, ["condition"])
    assert second.new == ("condition",)
    assert list(second.plan.manifest.components) == ["condition", "time_embedding"]
    assert second.plan.file("time_embedding").stat().st_ino == inode
    second.plan.verify()
    assert _left(bundle) == [first.path.name]


def test_weights_beside_the_engines_are_kept_with_their_graphs(builder: Builder) -> None:
    target = Target(TENSORRT_RTX, "sm_89", "fp16", level=0, stripped=True, measured=False)
    builder.build(target, ["time_embedding"])
    plan = builder.build(target, ["condition"]).plan
    plan.verify()
    for name, folder in (("time_embedding", "onnx-0"), ("condition", "onnx-1")):
        weights = plan.weights_file(name)
        assert weights == plan.path / folder / f"{name}.onnx"
        onnx.checker.check_model(str(weights), full_check=True)
        assert f"{folder}/weights.bin" in plan.manifest.files


def test_a_corrupt_plan_is_built_again(builder: Builder) -> None:
    plan = builder.build(TARGET, ["time_embedding"]).plan
    plan.file("time_embedding").write_bytes(b"torn")
    again = builder.build(TARGET, ["time_embedding"])
    assert again.new == ("time_embedding",)
    again.plan.verify()


def test_another_precision_is_another_plan(bundle: Bundle, builder: Builder) -> None:
    for precision in ("fp16", "bf16"):
        target = Target(TENSORRT_RTX, "sm_89", precision, level=0, measured=False)
        assert builder.build(target, ["time_embedding"]).new == ("time_embedding",)
    assert len(_left(bundle)) == 2


def test_an_interrupted_build_keeps_what_is_built(bundle: Bundle, library: Library) -> None:
    def stop(component: str, stage: str, done: int, total: int) -> None:
        if (component, stage) == ("time_embedding", "building"):
            raise KeyboardInterrupt

    stopped = Builder(bundle, library, on_progress=stop, make_kernels=one_kernel)
    with pytest.raises(KeyboardInterrupt):
        stopped.build(TARGET, ["time_embedding", "condition"])
    again = Builder(bundle, library, make_kernels=one_kernel).build(
        TARGET, ["time_embedding", "condition"]
    )
    assert again.new == ("time_embedding",)
    again.plan.verify()
    assert _left(bundle) == [again.plan.path.name]


def test_a_build_interrupted_in_its_first_component_leaves_nothing(
    bundle: Bundle, library: Library
) -> None:
    def stop(component: str, stage: str, done: int, total: int) -> None:
        if stage == "building":
            raise KeyboardInterrupt

    builder = Builder(bundle, library, on_progress=stop, make_kernels=one_kernel)
    with pytest.raises(KeyboardInterrupt):
        builder.build(TARGET, ["time_embedding"])
    assert _left(bundle) == []


def test_a_bundle_whose_files_are_hard_links_builds(
    bundle: Bundle, library: Library, tmp_path: Path
) -> None:
    linked = tmp_path / "linked"
    linked.mkdir()
    for path in bundle.folder.iterdir():
        if path.is_file():
            os.link(path, linked / path.name)
    opened = Bundle.open(linked)
    built = Builder(opened, library, make_kernels=one_kernel).build(TARGET, ["condition"])
    assert built.new == ("condition",)


def test_what_fails_keeps_what_is_built_and_nothing_of_itself(
    bundle: Bundle, builder: Builder
) -> None:
    model = onnx.load(bundle.path("condition"), load_external_data=False)
    node = next(node for node in model.graph.node if node.op_type == "Sigmoid")
    node.domain, node.op_type = "mimo", "Unheard"
    model.opset_import.append(onnx.helper.make_opsetid("mimo", 1))
    onnx.save(model, bundle.path("condition"))
    target = Target(TENSORRT_RTX, "sm_89", "fp16", level=0, measured=False)
    with pytest.raises(UnsupportedError, match=rf"^condition: .*Unheard {node.name}: "):
        builder.build(target, ["time_embedding", "condition"])
    (name,) = _left(bundle)
    plan = PlanFolder.open(bundle.folder / PLANS / name)
    plan.verify()
    assert list(plan.manifest.components) == ["time_embedding"]
    assert "condition" not in " ".join(plan.manifest.files)


def test_two_builds_at_once_are_refused(bundle: Bundle, builder: Builder) -> None:
    with plans_locked(bundle.folder), pytest.raises(BusyError):
        builder.build(TARGET, ["time_embedding"])


def test_progress_names_component_and_stage(bundle: Bundle, library: Library) -> None:
    seen: list[tuple[str, str]] = []

    def note(component: str, stage: str, done: int, total: int) -> None:
        assert 0 <= done <= total
        if (component, stage) not in seen:
            seen.append((component, stage))

    Builder(bundle, library, None, note, one_kernel).build(TARGET, ["time_embedding"])
    assert seen == [
        ("kernels", "compiling"),
        ("kernels", "done"),
        ("time_embedding", "measuring"),
        ("time_embedding", "building"),
        ("time_embedding", "done"),
    ]

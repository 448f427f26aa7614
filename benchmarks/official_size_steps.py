"""The steps of `benchmarks.official_size`: their commands, and the memory that is foreseen."""

import json
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.one_pass import OPENED
from mimo_export.plan_builder.resources import building_bytes
from mimo_export.room import export_bytes
from mimo_networks.checkpoint import load_checkpoint
from mimo_runtime.bundle import COMPONENTS, Bundle, Shape
from mimo_runtime.engines.choice import open_backend
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.engines.footprint import peak_bytes
from mimo_runtime.planning.extent import Extent
from mimo_runtime.sample import CHARACTER, TEMPLATE
from mimo_runtime.synthesis.memory import dry_run_bytes, needed_bytes
from mimo_runtime.synthesis.resolved import resolved_settings
from mimo_runtime.wire.settings import Settings

LIMIT_BYTES = 16 * 10**9
_UNDER_A_LIMIT = ("bash", "-c", f'ulimit -d {LIMIT_BYTES // 1024} && exec "$@"', "limited")
_MIMO = (sys.executable, "-c", "from mimo_runtime.cli import main; main()")


@dataclass(frozen=True, slots=True)
class Step:
    """A command, what the program foresees of it, and the words at which it has done its work.

    What it foresees comes on top of what it holds when it says the words of `since`.
    """

    kind: str
    title: str
    command: Sequence[str]
    foreseen_bytes: Callable[[], int] | None = None
    until: str | None = None
    since: str | None = None


def steps(folder: Path, shapes: Sequence[Shape], engines: Sequence[str]) -> Iterator[Step]:
    """All of them in the order of work; one bundle holds all shapes.

    Passes are measured in every shape and engine. What is made of passes (a build, a server, a
    render) is measured in the shortest and the longest windows of each size, with the engine that
    is named first; the others serve and render the first shape alone.
    """
    checkpoint, bundle = folder / "checkpoint", folder / "bundle"
    yield Step(
        "checkpoint",
        "write the checkpoint",
        (sys.executable, "-m", "mimo_networks.random_checkpoint", "--official", str(checkpoint)),
    )
    yield from _exports(checkpoint, folder, shapes)
    yield Step("inspect", "mimo inspect --verify", (*_MIMO, "inspect", "--verify", str(bundle)))
    yield Step("inspect", "mimo inspect", (*_MIMO, "inspect", str(bundle)))
    ends = window_ends(shapes)
    for shape in ends:
        yield from _builds(bundle, shape)
    for engine in engines:
        for shape in shapes:
            yield _one_pass(bundle, shape, engine, "denoiser")
        for shape in {(each.width_px, each.height_px): each for each in shapes}.values():
            yield _one_pass(bundle, shape, engine, "vae_encoder")
            yield _one_pass(bundle, shape, engine, "vae_decoder")
    for engine in engines:
        for shape in ends if engine == engines[0] else shapes[:1]:
            yield _serve(bundle, shape, engine)
            yield _render(folder, shape, engine, guidance=3.5, limited=False)
    yield _render(folder, shapes[0], "auto", guidance=1.0, limited=True)


def window_ends(shapes: Sequence[Shape]) -> list[Shape]:
    """The shapes of most and of fewest frames of each size."""
    sizes: dict[tuple[int, int], list[Shape]] = {}
    for shape in shapes:
        sizes.setdefault((shape.width_px, shape.height_px), []).append(shape)
    ends = (
        end(group, key=lambda each: each.frames) for group in sizes.values() for end in (max, min)
    )
    return list(dict.fromkeys(ends))


def _exports(checkpoint: Path, folder: Path, shapes: Sequence[Shape]) -> Iterator[Step]:
    def foreseen_bytes() -> int:
        return export_bytes(load_checkpoint(checkpoint).sizes_bytes.values())

    command = (*_MIMO, "export", str(checkpoint), "-o")
    yield Step(
        "export",
        "mimo export --size 784x784",
        (*command, str(folder / "bundle-784"), "--size", "784x784"),
        foreseen_bytes,
    )
    sizes = dict.fromkeys(f"{shape.width_px}x{shape.height_px}" for shape in shapes)
    options = [word for size in sizes for word in ("--size", size)]
    frames = dict.fromkeys(str(shape.frames) for shape in shapes)
    options += [word for count in frames for word in ("--frames", count)]
    yield Step(
        "export",
        " ".join(["mimo export", *options]),
        (*command, str(folder / "bundle"), *options),
        foreseen_bytes,
    )


def _builds(bundle: Path, shape: Shape) -> Iterator[Step]:
    command = (
        *(*_MIMO, "build", str(bundle), "--shape", str(shape), "--engine", "tensorrt-rtx"),
        *("--gpu", "sm_89", "--no-measure"),
    )

    def foreseen_bytes() -> int:
        return building_bytes(Bundle.open(bundle, shape), COMPONENTS)

    yield Step("build", f"mimo build, RTX without a GPU, {shape}", command, foreseen_bytes)
    yield Step("build", f"mimo build once more, {shape}", command)


def _one_pass(bundle: Path, shape: Shape, engine: str, component: str) -> Step:
    def foreseen_bytes() -> int:
        engines = _engines(bundle, shape, engine)
        found = engines.bundle.component(component)
        buffers_bytes = sum(spec.size_bytes for spec in (*found.inputs, *found.outputs))
        return peak_bytes([engines.footprint(component)]) + buffers_bytes

    return Step(
        "pass",
        f"one pass of {component}, {engine}, {shape}",
        (sys.executable, "-m", "benchmarks.one_pass", str(bundle), component, engine, str(shape)),
        foreseen_bytes,
        since=OPENED,
    )


def _serve(bundle: Path, shape: Shape, engine: str) -> Step:
    def foreseen_bytes() -> int:
        return dry_run_bytes(_engines(bundle, shape, engine))

    return Step(
        "serve",
        f"mimo serve until it listens, {engine}, {shape}",
        (*_MIMO, "serve", "--bundle", str(bundle), "--shape", str(shape), "--engine", engine,
         "--listen", "127.0.0.1:0"),
        foreseen_bytes,
        until="Serving on",
    )  # fmt: skip


def _render(folder: Path, shape: Shape, engine: str, guidance: float, limited: bool) -> Step:
    """One frame in one step; `limited` by what a shell lets a process take."""
    bundle = folder / "bundle"

    def foreseen_bytes() -> int:
        engines = _engines(bundle, shape, engine)
        settings = resolved_settings(Settings(steps=1, guidance=guidance), engines.bundle.manifest)
        return needed_bytes(engines, Extent(1, shape.frames), settings)

    words = ["mimo render, 1 frame, 1 step", engine, str(shape)]
    words += [] if guidance > 1 else ["unguided"]
    words += [f"under a limit of {LIMIT_BYTES / 1e9:.0f} GB"] if limited else []
    return Step(
        "limited" if limited else "render",
        ", ".join(words),
        (*(_UNDER_A_LIMIT if limited else ()), *_MIMO, "render", "--bundle", str(bundle),
         "--shape", str(shape), "--engine", engine, "--steps", "1", "--guidance", str(guidance),
         "--character", str(CHARACTER), "--template", str(_one_frame(folder)),
         "-o", str(folder / f"frames-{len(words)}-{engine}-{shape}")),
        foreseen_bytes,
    )  # fmt: skip


def _engines(bundle: Path, shape: Shape, engine: str) -> EngineSet:
    return EngineSet(open_backend(Bundle.open(bundle, shape), engine))


def _one_frame(folder: Path) -> Path:
    """The shipped template, cut to its first frame; crops count in 30ths of a second."""
    target = folder / "template"
    if not target.exists():
        shutil.copytree(TEMPLATE, target)
        path = target / "config.json"
        values = json.loads(path.read_text())
        path.write_text(json.dumps(values | {"time_crop": {"start_idx": 0, "end_idx": 2}}))
    return target

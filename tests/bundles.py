"""Bundles exported from checkpoints, each at most once per state of the sources.

An export takes half a minute, so the bundles are kept in pytest's cache folder under a name that
hashes everything they are made of. `pytest --cache-clear` forgets them.
"""

import fcntl
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from tests.golden import GOLDEN, LARGE

REPOSITORY = Path(__file__).resolve().parents[1]
SMALL_BUNDLE = REPOSITORY / "tests" / "data" / "small-bundle"
SOURCES = (
    "export/mimo_export/*.py",
    "export/mimo_networks/*.py",
    "kernels/mimo_kernels/*attention/contract.py",
    "runtime/mimo_runtime/bundle/*.py",
)
MAKERS = ("torch", "onnx", "onnxscript", "onnx-ir", "transformers")

# A layout that shares no size with the golden sets: widths and heads that differ by level, odd and
# unequal latent sides, a window as long as the table.
OTHER_LAYOUT: dict[str, Any] = {
    "channels": (32, 64, 96, 64),
    "layers": 1,
    "heads": (2, 4, 3, 8),
    "groups": 16,
    "token_width": 24,
    "motion_heads": 2,
    "table_frames": 7,
    "pose_widths": (4, 6, 8, 10),
    "vae_channels": (8, 8, 12, 16),
    "clip_width": 16,
    "clip_layers": 1,
}
OTHER_SIZE_PX = (88, 72)
OTHER_FRAMES = 7


@pytest.fixture(scope="session")
def compact_bundle(request: pytest.FixtureRequest) -> Path:
    """The committed golden checkpoint at its recorded size, windows of 24 frames."""
    return _exported(request.config, "compact", GOLDEN / "weights", (56, 40, 24))


@pytest.fixture(scope="session")
def large_bundle(request: pytest.FixtureRequest) -> Path:
    """The larger golden checkpoint, where this machine has it."""
    if LARGE is None:
        pytest.skip("the larger golden set is not on this machine")
    return _exported(request.config, "large", LARGE / "weights", (96, 96, 24))


@pytest.fixture(scope="session")
def other_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random checkpoint of `OTHER_LAYOUT`."""
    from mimo_networks.random_checkpoint import Sizes, write_random_checkpoint

    folder = tmp_path_factory.mktemp("other") / "weights"
    write_random_checkpoint(folder, Sizes(**OTHER_LAYOUT), seed=5)
    return folder


@pytest.fixture(scope="session")
def other_bundle(request: pytest.FixtureRequest, other_checkpoint: Path) -> Path:
    """The bundle of `other_checkpoint`."""
    shape = (*OTHER_SIZE_PX, OTHER_FRAMES)
    return _exported(request.config, "other", other_checkpoint, shape)


def _exported(config: pytest.Config, name: str, checkpoint: Path, shape: tuple[int, ...]) -> Path:
    from mimo_export.exporter import bundle_from_checkpoint
    from mimo_runtime.bundle import Shape

    folder = config.cache.mkdir("bundles")
    target = folder / f"{name}-{_digest(checkpoint, shape)}"
    with _alone(folder / f"{name}.lock"):
        if not target.exists():
            for outdated in folder.glob(f"{name}-*"):
                shutil.rmtree(outdated)
            bundle_from_checkpoint(checkpoint, target, [Shape(*shape)])
    return target


def _digest(checkpoint: Path, shape: tuple[int, ...]) -> str:
    digest = hashlib.sha256(repr((shape, [version(name) for name in MAKERS])).encode())
    sources = [path for pattern in SOURCES for path in sorted(REPOSITORY.glob(pattern))]
    weights = sorted(path for path in checkpoint.rglob("*") if path.is_file())
    for path in (*sources, *weights):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """One process at a time, also under pytest-xdist."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

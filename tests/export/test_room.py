"""What does not fit is refused by the sizes of the files, before torch is imported."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FILES = {
    "denoising_unet.pth": 300 << 20,
    "reference_unet.pth": 300 << 20,
    "pose_guider.pth": 1 << 20,
    "sd-vae-ft-mse/diffusion_pytorch_model.bin": 30 << 20,
    "image_encoder/pytorch_model.bin": 100 << 20,
}
CONFIGS = ("stable-diffusion-v1-5/unet", "sd-vae-ft-mse", "image_encoder")
PROGRAM = """
import resource, shutil, sys
from pathlib import Path
from typing import NamedTuple
from mimo_export.room import check_files
from mimo_networks.checkpoint_files import find_checkpoint_files
from mimo_runtime.errors import ResourceError
class Disk(NamedTuple):
    free: int
shutil.disk_usage = lambda _: Disk(int(sys.argv[2]))
resource.setrlimit(resource.RLIMIT_DATA, (int(sys.argv[3]), -1))
try:
    check_files(find_checkpoint_files(Path(sys.argv[1])), Path(sys.argv[1]) / "b", sys.argv[4])
except ResourceError as error:
    print(error)
assert "torch" not in sys.modules
"""


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """Files of the official layout that hold nothing and take no disk."""
    for folder in CONFIGS:
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "config.json").write_text("{}")
    for name, size_bytes in FILES.items():
        with (tmp_path / name).open("wb") as file:
            os.truncate(file.fileno(), size_bytes)
    return tmp_path


@pytest.mark.parametrize(
    ("free_mb", "limit_mb", "precision", "words"),
    [
        (700, 100_000, "fp32", "The bundle needs about 0.77 GB and"),
        (400, 100_000, "fp16", "The bundle needs about 0.38 GB and"),
        (2000, 1000, "fp32", "The export needs 1.39 GB of memory and"),
        (900, 100_000, "fp32", ""),
    ],
)
def test_files_alone_tell_what_cannot_fit(
    checkpoint: Path, free_mb: int, limit_mb: int, precision: str, words: str
) -> None:
    numbers = [str(10**6 * free_mb), str(10**6 * limit_mb)]
    said = subprocess.check_output(
        [sys.executable, "-c", PROGRAM, str(checkpoint), *numbers, precision], text=True
    )
    assert said.startswith(words)
    assert bool(said) == bool(words)

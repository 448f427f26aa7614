"""Whether an export fits on the disk and into memory: by the files alone, then by the networks."""

import shutil
from collections.abc import Collection
from pathlib import Path

from mimo_networks.checkpoint_files import CheckpointFiles
from mimo_runtime.engines.memory import require_memory
from mimo_runtime.errors import ResourceError

_TRACING_BYTES = 1 << 30


def check_files(files: CheckpointFiles, target: Path, precision: str) -> None:
    """Refuse at once what cannot fit by the sizes of the files, which may hold float16.

    Raises:
        ResourceError: with both figures.
    """
    # Motion modules may be in the denoiser's file as well.
    used = (files.denoiser, files.reference_net, files.pose_guider, files.vae, files.image_encoder)
    check_room([path.stat().st_size for path in used], target, precision)


def check_room(sizes_bytes: Collection[int], target: Path, precision: str) -> None:
    """Disk for all networks in `precision`, memory for the largest; sizes are those in float32.

    Raises:
        ResourceError: with both figures.
    """
    parent = next(path for path in target.absolute().parents if path.exists())
    needed_bytes = sum(sizes_bytes) // (2 if precision == "fp16" else 1)
    free_bytes = shutil.disk_usage(parent).free
    if free_bytes < needed_bytes * 1.05:
        raise ResourceError(
            f"The bundle needs about {needed_bytes / 1e9:.2f} GB and {parent} has "
            f"{free_bytes / 1e9:.2f} GB free; make room or name another disk."
        )
    require_memory(
        export_bytes(sizes_bytes), "The export", "end other programs or use a larger machine"
    )


def export_bytes(sizes_bytes: Collection[int]) -> int:
    """Memory for an export: the weights of the largest network, and what tracing takes."""
    return max(sizes_bytes) + _TRACING_BYTES

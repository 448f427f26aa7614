"""Checkpoint folder in, bundle folder out."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import mimo_runtime
from mimo_export.components import Shape, check_shape, component_graphs
from mimo_export.graph import onnx_from_graph
from mimo_export.networks_file import write_networks
from mimo_export.store import WeightStore
from mimo_networks.checkpoint import Checkpoint, load_checkpoint
from mimo_runtime.bundle import COMPONENTS, MANIFEST, Bundle, Component, Manifest, stored_file
from mimo_runtime.bundle_networks import NETWORKS, WEIGHTS
from mimo_runtime.errors import InvalidRequestError, ResourceError

OVERLAP_FRAMES = 4
UNSTATED_LICENCE = "not stated; the terms of the checkpoint apply"

OnComponent = Callable[[str, int, int], None]


def _say_nothing(name: str, done: int, total: int) -> None:
    """Progress for nobody."""


def bundle_from_checkpoint(
    folder: Path,
    target: Path,
    shape: Shape,
    inference_config: Path | None = None,
    licence: str = UNSTATED_LICENCE,
    on_component: OnComponent = _say_nothing,
) -> Bundle:
    """Export every component of an official checkpoint for one picture size.

    `on_component` is called with a component's name before it is exported, the number already
    done and how many there are. The bundle appears under `target` only when it is whole.

    Raises:
        InvalidRequestError: `target` exists, or the size cannot be.
        CheckpointError: the checkpoint is incomplete or does not fit together.
        ResourceError: the disk has too little room.
    """
    if target.exists():
        raise InvalidRequestError(f"{target} exists already; name a new folder for the bundle.")
    on_component("checkpoint", 0, len(COMPONENTS))
    checkpoint = load_checkpoint(folder, inference_config)
    check_shape(shape, checkpoint)
    target.parent.mkdir(parents=True, exist_ok=True)
    _check_disk(checkpoint, target.parent)
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        _write(checkpoint, draft, target.name, shape, licence, on_component)
        draft.chmod(0o755)
        draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Bundle.open(target)


def _write(
    checkpoint: Checkpoint,
    folder: Path,
    name: str,
    shape: Shape,
    licence: str,
    on_component: OnComponent,
) -> None:
    with WeightStore(folder) as store:
        components = _write_components(store, checkpoint, shape, on_component)
        write_networks(store, checkpoint)
    on_component("manifest", len(components), len(COMPONENTS))
    files = [*(component.file for component in components.values()), WEIGHTS, NETWORKS]
    manifest = Manifest(
        name=name,
        width_px=shape.width_px,
        height_px=shape.height_px,
        frames=shape.frames,
        overlap_frames=min(OVERLAP_FRAMES, shape.frames - 1),
        readers=tuple(block.name for block in checkpoint.denoiser.readers()),
        solver=dict(checkpoint.solver),
        source=f"checkpoint folder '{checkpoint.folder.resolve().name}'",
        licence=licence,
        created_by=f"mimo-runtime {mimo_runtime.__version__}",
        components=components,
        files={file: stored_file(folder / file) for file in files},
    )
    (folder / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")


def _write_components(
    store: WeightStore, checkpoint: Checkpoint, shape: Shape, on_component: OnComponent
) -> dict[str, Component]:
    components: dict[str, Component] = {}
    for part, graph in component_graphs(checkpoint, shape):
        on_component(part, len(components), len(COMPONENTS))
        model, inputs, outputs = onnx_from_graph(graph)
        model.producer_name = "mimo-runtime"
        model.producer_version = mimo_runtime.__version__
        weights_bytes = store.save(model, f"{part}.onnx")
        components[part] = Component(f"{part}.onnx", weights_bytes, tuple(inputs), tuple(outputs))
    return components


def _check_disk(checkpoint: Checkpoint, folder: Path) -> None:
    nets = (
        checkpoint.denoiser,
        checkpoint.reference_net,
        checkpoint.pose_guider,
        checkpoint.vae,
        checkpoint.image_encoder,
    )
    needed_bytes = sum(t.nbytes for net in nets for t in net.state_dict().values())
    free_bytes = shutil.disk_usage(folder).free
    if free_bytes < needed_bytes * 1.05:
        raise ResourceError(
            f"The bundle needs about {needed_bytes / 1e9:.2f} GB and {folder} has "
            f"{free_bytes / 1e9:.2f} GB free; make room or name another disk."
        )

"""Checkpoint folder in, bundle folder out."""

import json
from collections.abc import Sequence
from pathlib import Path

import mimo_runtime
from mimo_export.components import NETWORKS_IN_TURN, component_graphs
from mimo_export.draft import draft_of
from mimo_export.export_progress import ExportProgress, OnProgress
from mimo_export.graph import Graph, onnx_from_graph
from mimo_export.networks_file import NetworksFile, official_config
from mimo_export.room import check_room
from mimo_export.shapes import check_shapes, check_sizes, graph_names
from mimo_export.store import WeightStore
from mimo_export.working_memory import working_bytes
from mimo_networks.checkpoint import NETWORKS, Checkpoint, load_checkpoint
from mimo_networks.weights import RoundedToHalf, in_float32
from mimo_runtime.bundle import (
    COMPONENTS,
    MANIFEST,
    Bundle,
    Component,
    Manifest,
    Shape,
    StoredFile,
    Weights,
    manifest_values,
    remember,
    stored_file,
)
from mimo_runtime.bundle.networks import NETWORKS as NETWORKS_FILE
from mimo_runtime.bundle.networks import WEIGHTS
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.speech import say_nothing

OVERLAP_FRAMES = 4
UNSTATED_LICENCE = "not stated; the terms of the checkpoint apply"


def bundle_from_checkpoint(
    folder: Path,
    target: Path,
    shapes: Sequence[Shape],
    inference_config: Path | None = None,
    licence: str = UNSTATED_LICENCE,
    precision: str = "fp32",
    on_progress: OnProgress = say_nothing,
) -> Bundle:
    """Export every component of an official checkpoint for some shapes, over one set of weights.

    No network is run for it, and one at a time is read. With the `precision` fp16 the weights are
    rounded to float16; the manifest tells what that changes, nothing where the file has float16.
    `on_progress` is told what is done now, bytes of weights done and bytes in all. The bundle
    appears under `target` only when it is whole; it is opened for the first of `shapes`.

    Raises:
        InvalidRequestError: `target` exists, or a size cannot be.
        CheckpointError: the checkpoint is incomplete or does not fit together.
        ResourceError: the disk or the memory has too little room.
    """
    if target.exists():
        raise InvalidRequestError(f"{target} exists already; name a new folder for the bundle.")
    check_sizes(shapes)
    rounded = RoundedToHalf() if precision == "fp16" else None
    checkpoint = load_checkpoint(folder, inference_config, rounded or in_float32)
    check_shapes(shapes, checkpoint)
    check_room(checkpoint.sizes_bytes.values(), target, precision)
    with draft_of(target) as draft:
        manifests = _Export(checkpoint, draft, tuple(shapes), on_progress).run(
            target.name, licence, rounded
        )
    remember(target, {n: f for manifest in manifests for n, f in manifest.files.items()})
    return Bundle(target, manifests[0])


class _Export:
    """One draft folder and what was written into it so far."""

    def __init__(
        self,
        checkpoint: Checkpoint,
        folder: Path,
        shapes: tuple[Shape, ...],
        on_progress: OnProgress,
    ) -> None:
        self._checkpoint = checkpoint
        self._folder = folder
        self._shapes = shapes
        self._names = {part: graph_names(part, shapes) for part in COMPONENTS}
        graphs = {part: len(set(names)) for part, names in self._names.items()}
        self._progress = ExportProgress(checkpoint.sizes_bytes, graphs, on_progress)
        self._made: dict[str, Component] = {}
        self._readers = tuple(block.name for block in checkpoint.empty_denoiser().readers())

    def run(self, name: str, licence: str, rounded: RoundedToHalf | None) -> list[Manifest]:
        """Everything into the folder, `bundle.json` last."""
        with WeightStore(self._folder, half=rounded is not None) as store:
            networks = NetworksFile(store)
            for network in NETWORKS_IN_TURN:
                self._write_network(store, network)
                for each in (network, *_beside(network)):
                    config = official_config(self._checkpoint, each)
                    networks.add(each, getattr(self._checkpoint, each), config)
                    delattr(self._checkpoint, each)
            networks.write(NETWORKS)
        self._progress.tell("finishing")
        weights = _weights(rounded)
        files = {WEIGHTS: store.stored_file()} | {
            file: stored_file(self._folder / file)
            for file in (*(component.file for component in self._made.values()), NETWORKS_FILE)
        }
        manifests = [
            self._manifest(number, name, licence, weights, files)
            for number in range(len(self._shapes))
        ]
        text = json.dumps(manifest_values(manifests), indent=1) + "\n"
        (self._folder / MANIFEST).write_text(text, encoding="utf-8")
        return manifests

    def _write_network(self, store: WeightStore, network: str) -> None:
        for number, shape in enumerate(self._shapes):
            for part, graph in component_graphs(self._checkpoint, network, shape):
                name = self._names[part][number]
                if name not in self._made:
                    self._made[name] = self._write(store, part, name, graph)

    def _write(self, store: WeightStore, part: str, name: str, graph: Graph) -> Component:
        with self._progress.component(part, name) as on_bytes:
            model, inputs, outputs = onnx_from_graph(graph)
            model.producer_name = "mimo-runtime"
            model.producer_version = mimo_runtime.__version__
            working = working_bytes(model.graph)
            weights_bytes = store.save(model, f"{name}.onnx", on_bytes)
        return Component(f"{name}.onnx", weights_bytes, tuple(inputs), tuple(outputs), working)

    def _manifest(
        self,
        number: int,
        name: str,
        licence: str,
        weights: Weights,
        files: dict[str, StoredFile],
    ) -> Manifest:
        shape = self._shapes[number]
        components = {part: self._made[names[number]] for part, names in self._names.items()}
        used = {WEIGHTS, NETWORKS_FILE, *(component.file for component in components.values())}
        return Manifest(
            name=name,
            width_px=shape.width_px,
            height_px=shape.height_px,
            frames=shape.frames,
            overlap_frames=min(OVERLAP_FRAMES, shape.frames - 1),
            readers=self._readers,
            solver=dict(self._checkpoint.solver),
            source=f"checkpoint folder '{self._checkpoint.files.folder.resolve().name}'",
            licence=licence,
            created_by=f"mimo-runtime {mimo_runtime.__version__}",
            weights=weights,
            components=components,
            files={file: stored for file, stored in files.items() if file in used},
            shapes=self._shapes,
        )


def _beside(network: str) -> tuple[str, ...]:
    """Networks that are read with another one and have no turn of their own."""
    return tuple(set(NETWORKS) - set(NETWORKS_IN_TURN)) if network == "denoiser" else ()


def _weights(rounded: RoundedToHalf | None) -> Weights:
    if rounded is None:
        return Weights()
    return Weights("float16", rounded.relative_error, rounded.kept)

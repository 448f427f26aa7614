"""A model that paints the human layer in, bundle folder out."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

import mimo_runtime
from mimo_export.components import TIME_ROWS, denoiser_graph, reference_names
from mimo_export.draft import draft_of
from mimo_export.graph import Graph, onnx_from_graph
from mimo_export.networks_file import NetworksFile
from mimo_export.store import WeightStore
from mimo_export.working_memory import working_bytes
from mimo_networks.layer_exact import (
    LayerVaeDecoder,
    PictureVaeEncoder,
    PlanesCondition,
    PlanesReference,
)
from mimo_networks.layer_model import LayerModel, load_layer_model, network_configs
from mimo_networks.layer_vae import PLANES
from mimo_networks.precomputed import Identity, TimeProjections
from mimo_networks.unet import UNet
from mimo_runtime.bundle import (
    HUMAN,
    MANIFEST,
    Bundle,
    Component,
    Manifest,
    Shape,
    Weights,
    manifest_values,
    stored_file,
)
from mimo_runtime.bundle.networks import NETWORKS, WEIGHTS
from mimo_runtime.characters.planes import NAMES
from mimo_runtime.errors import InvalidRequestError

LICENCE = "Apache-2.0"
_LATENT_PX = 8


def bundle_from_layer_model(folder: Path, target: Path, licence: str, size_px: int = 0) -> Bundle:
    """Export every component of a trained layer model; weights stay in float16, exactly.

    size_px: of the square that is painted; the size it was made for where 0.

    Raises:
        InvalidRequestError: `target` exists, or the size is no multiple of 32.
        CheckpointError: the model is incomplete or does not fit together.
    """
    if target.exists():
        raise InvalidRequestError(f"{target} exists already; name a new folder for the bundle.")
    model, facts = load_layer_model(folder)
    size = size_px or int(facts["shape"]["size_px"])
    if size < 64 or size % 32:
        raise InvalidRequestError(f"The size is {size} px; give a multiple of 32 from 64 on.")
    shape = Shape(size, size, int(facts["shape"]["frames"]))
    with draft_of(target) as draft:
        manifest = _written(model, facts, draft, target.name, shape, licence)
    return Bundle(target, manifest)


def _written(
    model: LayerModel,
    facts: Mapping[str, Any],
    folder: Path,
    name: str,
    shape: Shape,
    licence: str,
) -> Manifest:
    with WeightStore(folder, half=True) as store:
        components = {part: _save(store, part, graph) for part, graph in _graphs(model, shape)}
        _write_networks(store, model)
    files = [WEIGHTS, NETWORKS, *(component.file for component in components.values())]
    manifest = Manifest(
        name=name,
        width_px=shape.width_px,
        height_px=shape.height_px,
        frames=shape.frames,
        overlap_frames=int(facts["shape"]["overlap_frames"]),
        readers=tuple(block.name for block in model.denoiser.readers()),
        solver=dict(facts["solver"]),
        source=f"mimo train tiny: {json.dumps(facts['origin'])}",
        licence=licence,
        created_by=f"mimo-runtime {mimo_runtime.__version__}",
        weights=Weights("float16"),
        components=components,
        files={file: stored_file(folder / file) for file in files},
        shapes=(shape,),
        paints=HUMAN,
        planes=NAMES,
        defaults=dict(facts["defaults"]),
    )
    text = json.dumps(manifest_values([manifest]), indent=1) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    return manifest


def _save(store: WeightStore, part: str, graph: Graph) -> Component:
    model, inputs, outputs = onnx_from_graph(graph)
    model.producer_name = "mimo-runtime"
    model.producer_version = mimo_runtime.__version__
    working = working_bytes(model.graph)
    weights_bytes = store.save(model, f"{part}.onnx")
    return Component(f"{part}.onnx", weights_bytes, tuple(inputs), tuple(outputs), working)


def _write_networks(store: WeightStore, model: LayerModel) -> None:
    networks = NetworksFile(store)
    for name, config in network_configs(model.config).items():
        networks.add(name, getattr(model, name), config)
    networks.write(network_configs(model.config))


def _graphs(model: LayerModel, shape: Shape) -> Iterator[tuple[str, Graph]]:
    """Every component in the order in which a request needs them."""
    side = model.config.image_encoder.image_size
    width = model.config.image_encoder.projection_dim
    pixels = torch.zeros(1, 3, shape.height_px, shape.width_px)
    planes = torch.zeros(1, PLANES, shape.height_px, shape.width_px)
    latents = torch.zeros(
        1, model.config.vae.latent_channels, shape.height_px // _LATENT_PX,
        shape.width_px // _LATENT_PX,
    )  # fmt: skip
    token = torch.zeros(1, width)
    picture = {"pixels": torch.zeros(1, 3, side, side)}
    yield "image_encoder", Graph(model.image_encoder, picture, ("token",))
    yield "vae_encoder", Graph(PictureVaeEncoder(model.encoder), {"pixels": pixels}, ("latents",))
    decoder = LayerVaeDecoder(model.decoder)
    yield "vae_decoder", Graph(decoder, {"latents": latents, "planes": planes}, ("layer",))
    bank_names = tuple(f"bank.{block.name}" for block in model.denoiser.readers())
    reference = PlanesReference(model.reference_net, model.guider)
    inputs = {"latents": latents, "token": token, "planes": planes}
    yield "reference", Graph(reference, inputs, bank_names, unconditional_rows=1)
    yield from _denoiser_graphs(model, shape, latents, planes, bank_names)


def _denoiser_graphs(
    model: LayerModel, shape: Shape, latents: Tensor, planes: Tensor, bank_names: tuple[str, ...]
) -> Iterator[tuple[str, Graph]]:
    denoiser = model.denoiser
    names = [block.name for block in denoiser.readers()]
    sizes = _reader_sizes(model, latents, planes)
    token = torch.zeros(1, model.config.image_encoder.projection_dim)
    bank = dict(zip(bank_names, map(torch.zeros, sizes), strict=True))
    outputs = ("cross", *reference_names(names))
    yield "identity", Graph(Identity(denoiser), {"token": token} | bank, outputs)
    condition = PlanesCondition(denoiser, model.guider)
    yield "condition", Graph(condition, {"planes": planes, "background": latents}, ("condition",))
    timesteps = {"timesteps": torch.zeros(TIME_ROWS, dtype=torch.int64)}
    yield "time_embedding", Graph(TimeProjections(denoiser), timesteps, ("time_projections",))
    yield "denoiser", denoiser_graph(denoiser, shape, sizes, guided=True)
    yield "denoiser_unguided", denoiser_graph(denoiser, shape, sizes, guided=False)


def _reader_sizes(model: LayerModel, latents: Tensor, planes: Tensor) -> list[torch.Size]:
    """Reference tokens and channels of each reader, found by a run without numbers."""
    with torch.device("meta"):
        net, empty = UNet(model.config.unet, channels_in=latents.shape[1]), LayerModel(model.config)
        features = PlanesReference(net, empty.guider)(
            torch.zeros(latents.shape),
            torch.zeros(1, model.config.image_encoder.projection_dim),
            torch.zeros(planes.shape),
        )
    return [feature.shape for feature in features]

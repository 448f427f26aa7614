"""Writing the `networks.json` of a bundle; `mimo_runtime.bundle_networks` reads it."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from torch import Tensor, nn

from mimo_export.store import WeightStore
from mimo_networks.checkpoint import Checkpoint
from mimo_runtime.bundle_networks import FORMAT, NETWORKS, StoredNetwork, StoredTensor

_CLIP_KEYS = (
    "hidden_act",
    "hidden_size",
    "image_size",
    "intermediate_size",
    "layer_norm_eps",
    "num_attention_heads",
    "num_channels",
    "num_hidden_layers",
    "patch_size",
    "projection_dim",
)


def write_networks(store: WeightStore, checkpoint: Checkpoint) -> None:
    """Write the file beside the store; what no graph holds is appended to the store."""
    parts: dict[str, tuple[nn.Module, dict[str, Any]]] = {
        "denoiser": (
            checkpoint.denoiser,
            {"unet": asdict(checkpoint.denoiser.config), "motion": asdict(checkpoint.motion)},
        ),
        "reference_net": (
            checkpoint.reference_net,
            {"unet": asdict(checkpoint.reference_net.config)},
        ),
        "pose_guider": (checkpoint.pose_guider, asdict(checkpoint.pose_guider.config)),
        "vae": (checkpoint.vae, asdict(checkpoint.vae.config)),
        "image_encoder": (
            checkpoint.image_encoder,
            {key: getattr(checkpoint.image_encoder.config, key) for key in _CLIP_KEYS},
        ),
    }
    networks = {
        name: StoredNetwork(config, {n: _placed(store, t) for n, t in net.state_dict().items()})
        for name, (net, config) in parts.items()
    }
    (store.folder / NETWORKS).write_text(_text(networks), encoding="utf-8")


def _placed(store: WeightStore, tensor: Tensor) -> StoredTensor:
    """Look for the numbers as they are, then transposed; else keep them."""
    data = _bytes(tensor)
    place, transposed = store.find(data), False
    if place is None and tensor.ndim == 2:
        place = store.find(_bytes(tensor.t()))
        transposed = place is not None
    offset, length = place or store.keep(data)
    dtype = str(tensor.dtype).removeprefix("torch.")
    return StoredTensor(offset, length, dtype, tuple(tensor.shape), transposed)


def _bytes(tensor: Tensor) -> memoryview:
    return tensor.contiguous().numpy().reshape(-1).data.cast("B")


def _text(networks: Mapping[str, StoredNetwork]) -> str:
    """One tensor per line: [offset, length, dtype, shape, transposed]."""
    parts = []
    for name, network in networks.items():
        lines = [
            f"{json.dumps(key)}: {json.dumps([t.offset, t.length, t.dtype, t.shape, t.transposed])}"
            for key, t in network.tensors.items()
        ]
        tensors = ",\n".join(lines)
        config = json.dumps(network.config)
        parts.append(f'{json.dumps(name)}: {{"config": {config}, "tensors": {{\n{tensors}\n}}}}')
    body = ",\n".join(parts)
    return f'{{"format": {FORMAT}, "networks": {{\n{body}\n}}}}\n'

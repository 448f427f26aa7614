"""`networks.json` of a bundle, written: where each weight of each network lies."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor, nn

from mimo_export.store import ByteRange, WeightStore
from mimo_networks.checkpoint import Checkpoint
from mimo_runtime.bundle.networks import NETWORKS, NETWORKS_FORMAT, StoredNetwork, StoredTensor

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


class NetworksFile:
    """Gathers networks one at a time, each while it is loaded, and writes the file at the end."""

    def __init__(self, store: WeightStore) -> None:
        self._store = store
        self._configs: dict[str, Mapping[str, Any]] = {}
        self._tensors: dict[str, dict[str, StoredTensor | Tensor]] = {}

    def add(self, name: str, net: nn.Module, config: Mapping[str, Any]) -> None:
        """Look up where the weights of a network lie; what no graph holds is copied until the end.

        That is little: what a rewrite has folded, and what graphs hold inline.
        """
        self._configs[name] = config
        self._tensors[name] = {key: self._found(t) for key, t in net.state_dict().items()}

    def write(self, names: Iterable[str]) -> None:
        """Append to the store what no graph holds, and write the file beside it, in that order."""
        networks = {
            name: StoredNetwork(
                self._configs[name], {key: self._kept(t) for key, t in self._tensors[name].items()}
            )
            for name in names
        }
        (self._store.folder / NETWORKS).write_text(_text(networks), encoding="utf-8")

    def _found(self, tensor: Tensor) -> StoredTensor | Tensor:
        """The place of the numbers as they are, or transposed; else a copy of them."""
        narrow = _halved(tensor) if self._store.half else tensor
        if (span := self._store.find(_bytes(narrow))) is not None:
            return _stored(narrow, span)
        if narrow.ndim == 2 and (span := self._store.find(_bytes(narrow.t()))) is not None:
            return _stored(narrow, span, transposed=True)
        return narrow.clone()

    def _kept(self, tensor: StoredTensor | Tensor) -> StoredTensor:
        if isinstance(tensor, StoredTensor):
            return tensor
        return _stored(tensor, self._store.keep(_bytes(tensor)))


def _halved(tensor: Tensor) -> Tensor:
    """As float16 where that changes no number, like the store's own."""
    if tensor.dtype != torch.float32:
        return tensor
    half = tensor.half()
    return half if torch.equal(half.float(), tensor) else tensor


def official_config(checkpoint: Checkpoint, name: str) -> Mapping[str, Any]:
    """What a network of an official checkpoint is made from."""
    match name:
        case "denoiser":
            return {"unet": asdict(checkpoint.unet), "motion": asdict(checkpoint.motion)}
        case "reference_net":
            return {"unet": asdict(checkpoint.unet)}
        case "image_encoder":
            config = checkpoint.image_encoder.config
            return {key: getattr(config, key) for key in _CLIP_KEYS}
    net = checkpoint.vae if name == "vae" else checkpoint.pose_guider
    return asdict(net.config)


def _stored(tensor: Tensor, span: ByteRange, transposed: bool = False) -> StoredTensor:
    dtype = str(tensor.dtype).removeprefix("torch.")
    return StoredTensor(*span, dtype, tuple(tensor.shape), transposed)


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
    return f'{{"format": {NETWORKS_FORMAT}, "networks": {{\n{body}\n}}}}\n'

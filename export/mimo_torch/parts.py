"""Which networks each component of a bundle is made of, and how."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from torch import nn

from mimo_networks.image_encoder import ImageEncoder
from mimo_networks.layer_exact import (
    LayerVaeDecoder,
    PictureVaeEncoder,
    PlanesCondition,
    PlanesReference,
)
from mimo_networks.precomputed import Condition, Identity, Reference, TimeProjections
from mimo_networks.vae import VaeDecoder, VaeEncoder
from mimo_runtime.bundle import HUMAN, Manifest
from mimo_torch.networks import Networks

DENOISERS: Final = ("denoiser", "denoiser_unguided")


@dataclass(frozen=True, slots=True)
class Part:
    """A component: the `networks` that it keeps in memory, and its module."""

    networks: tuple[str, ...]
    make: Callable[[Networks], nn.Module]


_IDENTITY: Final = Part(("denoiser",), lambda n: Identity(n.denoiser()))
_TIME: Final = Part(("denoiser",), lambda n: TimeProjections(n.denoiser()))

OFFICIAL: Final[Mapping[str, Part]] = {
    "image_encoder": Part(("image_encoder",), lambda n: ImageEncoder(n.image_encoder())),
    "vae_encoder": Part(("vae",), lambda n: VaeEncoder(n.vae())),
    "vae_decoder": Part(("vae",), lambda n: VaeDecoder(n.vae())),
    "reference": Part(("reference_net",), lambda n: Reference(n.reference_net())),
    "identity": _IDENTITY,
    "condition": Part(
        ("denoiser", "pose_guider"), lambda n: Condition(n.denoiser(), n.pose_guider())
    ),
    "time_embedding": _TIME,
}
LAYER: Final[Mapping[str, Part]] = {
    "image_encoder": Part(("image_encoder",), lambda n: n.picture_encoder()),
    "vae_encoder": Part(("encoder",), lambda n: PictureVaeEncoder(n.encoder())),
    "vae_decoder": Part(("decoder",), lambda n: LayerVaeDecoder(n.decoder())),
    "reference": Part(
        ("reference_net", "guider"), lambda n: PlanesReference(n.reference_net(), n.guider())
    ),
    "identity": _IDENTITY,
    "condition": Part(("denoiser", "guider"), lambda n: PlanesCondition(n.denoiser(), n.guider())),
    "time_embedding": _TIME,
}


def parts_of(manifest: Manifest) -> Mapping[str, Part]:
    """Those of a bundle of `manifest`, but for the denoiser's passes."""
    return LAYER if manifest.paints == HUMAN else OFFICIAL

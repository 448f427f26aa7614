"""The components of a bundle as torch modules, with the tensors of the exported graphs."""

from torch import nn

from mimo_networks.image_encoder import ImageEncoder
from mimo_networks.precomputed import Condition, Identity, Reference, TimeProjections
from mimo_networks.unet import UNet
from mimo_networks.vae import VaeDecoder, VaeEncoder
from mimo_runtime.bundle import Manifest
from mimo_runtime.errors import BundleError
from mimo_torch.denoiser import SwitchedDenoiserPass
from mimo_torch.networks import Networks
from mimo_torch.packing import PackedWeights, pack
from mimo_torch.step import lay_channels_last
from mimo_torch.switches import Switches

NETWORKS_OF = {
    "image_encoder": ("image_encoder",),
    "vae_encoder": ("vae",),
    "vae_decoder": ("vae",),
    "reference": ("reference_net",),
    "identity": ("denoiser",),
    "condition": ("denoiser", "pose_guider"),
    "time_embedding": ("denoiser",),
    "denoiser": ("denoiser",),
    "denoiser_unguided": ("denoiser",),
}


class ComponentModules:
    """Makes a component's module from the networks it needs. One thread at a time."""

    def __init__(self, networks: Networks, manifest: Manifest, switches: Switches) -> None:
        self.networks = networks
        self._manifest = manifest
        self._switches = switches
        self._packed: PackedWeights | None = None
        self._in_use: set[str] = set()

    def missing_bytes(self, name: str) -> int:
        """Bytes of weights that a component adds on the device."""
        return sum(self.networks.missing_bytes(part) for part in NETWORKS_OF.get(name, ()))

    def make(self, name: str) -> nn.Module:
        """The module of a component.

        Raises:
            BundleError: there is no component of that name, or the bundle is damaged.
        """
        if name not in NETWORKS_OF:
            raise BundleError(
                f"There is no component '{name}'; there are {', '.join(NETWORKS_OF)}."
            )
        module = self._module(name)
        self._in_use.add(name)
        if self._switches.channels_last:
            lay_channels_last(module)
        return module

    def release(self, name: str) -> None:
        """Let the networks go that no other component in use needs."""
        self._in_use.discard(name)
        needed = {part for other in self._in_use for part in NETWORKS_OF[other]}
        for part in NETWORKS_OF[name]:
            if part not in needed:
                self.networks.release(part)

    def _module(self, name: str) -> nn.Module:
        networks = self.networks
        match name:
            case "image_encoder":
                return ImageEncoder(networks.image_encoder())
            case "vae_encoder":
                return VaeEncoder(networks.vae())
            case "vae_decoder":
                return VaeDecoder(networks.vae())
            case "reference":
                return Reference(networks.reference_net())
            case "identity":
                return Identity(networks.denoiser())
            case "condition":
                return Condition(networks.denoiser(), networks.pose_guider())
            case "time_embedding":
                return TimeProjections(networks.denoiser())
        return self._pass(networks.denoiser(), guided=name == "denoiser")

    def _pass(self, denoiser: UNet, guided: bool) -> nn.Module:
        if self._packed is None:
            self._packed = pack(denoiser) if self._switches.packed_qkv else {}
        frames = self._manifest.frames
        return SwitchedDenoiserPass(denoiser, frames, guided, self._switches, self._packed)

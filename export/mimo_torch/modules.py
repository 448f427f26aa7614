"""The components of a bundle as torch modules, with the tensors of the exported graphs."""

from torch import nn

from mimo_networks.unet import UNet
from mimo_runtime.bundle import Manifest
from mimo_runtime.errors import BundleError
from mimo_torch.denoiser import SwitchedDenoiserPass
from mimo_torch.networks import Networks
from mimo_torch.packing import PackedWeights, pack
from mimo_torch.parts import DENOISERS, parts_of
from mimo_torch.step import lay_channels_last
from mimo_torch.switches import Switches


class ComponentModules:
    """Makes a component's module from the networks it needs. One thread at a time."""

    def __init__(self, networks: Networks, manifest: Manifest, switches: Switches) -> None:
        self.networks = networks
        self._manifest = manifest
        self._parts = parts_of(manifest)
        self._switches = switches
        self._packed: PackedWeights | None = None
        self._in_use: set[str] = set()

    def missing_bytes(self, name: str) -> int:
        """Bytes of weights that a component adds on the device."""
        return sum(self.networks.missing_bytes(network) for network in self._needed(name))

    def make(self, name: str) -> nn.Module:
        """The module of a component.

        Raises:
            BundleError: there is no component of that name, or the bundle is damaged.
        """
        known = (*self._parts, *DENOISERS)
        if name not in known:
            raise BundleError(f"There is no component '{name}'; there are {', '.join(known)}.")
        module = self._module(name)
        self._in_use.add(name)
        if self._switches.channels_last:
            lay_channels_last(module)
        return module

    def release(self, name: str) -> None:
        """Let the networks go that no other component in use needs."""
        self._in_use.discard(name)
        needed = {network for other in self._in_use for network in self._needed(other)}
        for network in self._needed(name):
            if network not in needed:
                self.networks.release(network)

    def _needed(self, name: str) -> tuple[str, ...]:
        if name in DENOISERS:
            return ("denoiser",)
        return self._parts[name].networks if name in self._parts else ()

    def _module(self, name: str) -> nn.Module:
        if name in DENOISERS:
            return self._pass(self.networks.denoiser(), guided=name == "denoiser")
        return self._parts[name].make(self.networks)

    def _pass(self, denoiser: UNet, guided: bool) -> nn.Module:
        if self._packed is None:
            self._packed = pack(denoiser) if self._switches.packed_qkv else {}
        frames = self._manifest.frames
        return SwitchedDenoiserPass(denoiser, frames, guided, self._switches, self._packed)

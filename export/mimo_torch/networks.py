"""The networks of a bundle, rebuilt as modules on a device."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import torch
from torch import nn

from mimo_networks.config import MotionConfig, UNetConfig
from mimo_networks.layer_vae import LayerDecoder, LayerEncoder, LayerVaeConfig
from mimo_networks.picture_encoder import PictureEncoder, PictureEncoderConfig
from mimo_networks.pose import PoseGuider, PoseGuiderConfig
from mimo_networks.unet import UNet
from mimo_networks.vae import Autoencoder
from mimo_networks.vae_config import VaeConfig
from mimo_runtime.bundle import Bundle
from mimo_runtime.bundle.networks import NETWORKS, WEIGHTS, read_networks
from mimo_runtime.errors import BundleError
from mimo_torch.stored_weights import StoredWeights

Net = TypeVar("Net", bound=nn.Module)
Config = Mapping[str, Any]


class Networks:
    """Each network is built when it is first asked for, and kept. One thread at a time.

    Raises:
        UnsupportedError: the bundle holds no networks.
        BundleError: what it holds is damaged.
    """

    def __init__(self, bundle: Bundle, device: torch.device, dtype: torch.dtype) -> None:
        self.device = device
        self.dtype = dtype
        self._path = bundle.folder / NETWORKS
        self._stored = read_networks(bundle.folder)
        self._weights = StoredWeights(bundle.folder / WEIGHTS)
        self._built: dict[str, nn.Module] = {}

    def missing_bytes(self, name: str) -> int:
        """Bytes that a network will take on the device; 0 once it is there."""
        if name in self._built:
            return 0
        tensors = self._stored[name].tensors.values()
        return sum(t.length for t in tensors) * self.dtype.itemsize // torch.float32.itemsize

    def release(self, name: str) -> None:
        """Forget a network; asked for again, it is built again."""
        self._built.pop(name, None)

    def denoiser(self) -> UNet:
        """The denoising UNet."""
        return self._get("denoiser", _denoiser)

    def reference_net(self) -> UNet:
        """The ReferenceNet."""
        return self._get("reference_net", _reference_net)

    def pose_guider(self) -> PoseGuider:
        """The pose guider."""
        return self._get("pose_guider", lambda config: PoseGuider(PoseGuiderConfig(**config)))

    def vae(self) -> Autoencoder:
        """The autoencoder."""
        return self._get("vae", lambda config: Autoencoder(VaeConfig(**config)))

    def image_encoder(self) -> nn.Module:
        """CLIP's vision part."""
        return self._get("image_encoder", _image_encoder)

    def guider(self) -> PoseGuider:
        """The guider over planes, of a layer model as all below."""
        return self._get("guider", lambda config: PoseGuider(PoseGuiderConfig(**config)))

    def encoder(self) -> LayerEncoder:
        """The encoder of layers and pictures."""
        return self._get("encoder", lambda config: LayerEncoder(LayerVaeConfig(**config)))

    def decoder(self) -> LayerDecoder:
        """The decoder of layers."""
        return self._get("decoder", lambda config: LayerDecoder(LayerVaeConfig(**config)))

    def picture_encoder(self) -> PictureEncoder:
        """What stands where CLIP does."""
        return self._get(
            "image_encoder", lambda config: PictureEncoder(PictureEncoderConfig(**config))
        )

    def _get(self, name: str, build: Callable[[Config], Net]) -> Net:
        if name not in self._built:
            self._built[name] = self._build(name, build)
        found: Net = self._built[name]  # type: ignore[assignment]  # made by the same `build`
        return found

    def _build(self, name: str, build: Callable[[Config], Net]) -> Net:
        stored = self._stored[name]
        try:
            with torch.device("meta"):
                net = build(_frozen(stored.config))
        except (LookupError, TypeError, ValueError) as error:
            raise BundleError(
                f"{self._path} does not describe its network {name} ({error!r}); export the "
                "bundle again."
            ) from error
        if lacking := sorted(net.state_dict().keys() - stored.tensors.keys()):
            raise BundleError(
                f"{self._path} lacks '{lacking[0]}' of {name}; export the bundle again with this "
                "version."
            )
        state = {
            key: self._weights.tensor(stored.tensors[key], self.device, self.dtype)
            for key in net.state_dict()
        }
        net.load_state_dict(state, assign=True)
        return net.eval().requires_grad_(False).to(self.device)


def _frozen(value: Any) -> Any:
    """JSON's lists as tuples, all the way down."""
    if isinstance(value, dict):
        return {key: _frozen(part) for key, part in value.items()}
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _denoiser(config: Config) -> UNet:
    unet, motion = UNetConfig(**config["unet"]), MotionConfig(**config["motion"])
    return UNet(unet, motion, channels_in=2 * unet.out_channels)


def _reference_net(config: Config) -> UNet:
    unet = UNetConfig(**config["unet"])
    return UNet(unet, channels_in=unet.out_channels)


def _image_encoder(config: Config) -> nn.Module:
    from mimo_networks.image_encoder import empty_image_encoder

    return empty_image_encoder(config)

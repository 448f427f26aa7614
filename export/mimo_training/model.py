"""mimo-tiny as training runs it: several characters at once, every pass with gradients."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mimo_networks.layer_model import LayerModel, LayerModelConfig
from mimo_networks.layer_vae import Painted
from mimo_training.conditions import TrainingConditions

_LOUD, _LOW = 1.0, 0.1  # deviation of what the networks read; share left of the noise's
_PEAKED = 3.0  # of the first queries, against keys
_CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
_CLIP_DEVIATION = (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True, slots=True)
class Character:
    """What the networks hold of B characters: `tokens` [B, width] and the reference features."""

    tokens: Tensor
    bank: dict[str, Tensor]

    def of(self, order: Tensor) -> "Character":
        """The same characters in another order, which a test of the reference needs."""
        return Character(self.tokens[order], {n: t[order] for n, t in self.bank.items()})


class TinyMimo(LayerModel):
    """Every tensor of frames is [B x F, ...], the frames of a character in a row."""

    def __init__(self, config: LayerModelConfig) -> None:
        super().__init__(config)
        mean, deviation = (torch.tensor(v)[:, None, None] for v in (_CLIP_MEAN, _CLIP_DEVIATION))
        self.register_buffer("mean", mean, persistent=False)
        self.register_buffer("deviation", deviation, persistent=False)
        self.mean: Tensor
        self.deviation: Tensor

    def character(self, picture: Tensor, planes: Tensor) -> Character:
        """From pictures on white [B, 3, H, W] in 0..1 and the planes in the same posture."""
        side = self.config.image_encoder.image_size
        small = nn.functional.interpolate(picture, size=(side, side), mode="bilinear")
        token = self.image_encoder((small - self.mean) / self.deviation)
        start = torch.zeros(len(picture), dtype=torch.int64, device=picture.device)
        embedding = self.reference_net.time_embedding(start)
        conditions = TrainingConditions(embedding, token, frames=1)
        x = self.reference_net.conv_in(self.encoder.picture(picture)) + self.guider(planes)
        self.reference_net(x, conditions)
        return Character(token, conditions.written)

    def maps(self, planes: Tensor, plate: Tensor) -> tuple[Tensor, Tensor]:
        """What the guider says of each frame's planes, and the latents of its plate."""
        return self.guider(planes), self.encoder.picture(plate)

    def joined(self, guide: Tensor, scene: Tensor) -> Tensor:
        """The constant map of each frame, of `maps`."""
        weight = self.denoiser.conv_in.weight[:, scene.shape[1] :]
        bias = self.denoiser.conv_in.bias
        return nn.functional.conv2d(scene, weight, bias, padding=1) + guide

    def condition(self, planes: Tensor, plate: Tensor) -> Tensor:
        """The constant map of each frame: planes, and the scene through the encoder."""
        return self.joined(*self.maps(planes, plate))

    def prediction(
        self, sample: Tensor, timesteps: Tensor, condition: Tensor, character: Character
    ) -> Tensor:
        """v of noisy latents [B x F, C, h, w] at one timestep a character [B]."""
        frames = len(sample) // len(timesteps)
        embedding = self.denoiser.time_embedding(timesteps)
        conditions = TrainingConditions(embedding, character.tokens, frames, character.bank)
        weight = self.denoiser.conv_in.weight[:, : sample.shape[1]]
        x = nn.functional.conv2d(sample, weight, padding=1) + condition
        return self.denoiser.head(self.denoiser(x, conditions))

    @torch.no_grad()
    def calibrate(self, planes: Tensor, plate: Tensor) -> None:
        """Scale fresh weights so that planes and scene begin as loud as they should be, noise low.

        Data-dependent initialisation (Mishkin and Matas, All You Need Is a Good Init, 2016); with
        the usual one the noise is ten times as loud as everything that is to be learned from.
        """
        last = self.encoder.conv_out
        last.weight.mul_(1 / _loudness(self.encoder.picture(plate)))
        last.get_parameter("bias").sub_(self.encoder.picture(plate).mean((0, 2, 3)))
        guide = self.guider.conv_out
        guide.weight.mul_(_LOUD / _loudness(self.guider(planes)))
        guide.get_parameter("bias").sub_(self.guider(planes).mean((0, 2, 3)))
        weight = self.denoiser.conv_in.weight
        noise, scene = weight.split(self.config.vae.latent_channels, dim=1)
        shown = nn.functional.conv2d(self.encoder.picture(plate), scene, padding=1)
        scene.mul_(_LOUD / _loudness(shown))
        noise.mul_(_LOW)

    @torch.no_grad()
    def pair(self) -> None:
        """Begin the reference network as the denoiser, and let each attend to what is alike.

        The official networks begin as one Stable Diffusion (Hu et al., Animate Anyone, 2024,
        section 3.2), so that a feature of one means something to the other. Queries that begin as
        keys find what has the same surface coordinates.
        """
        state = self.denoiser.state_dict()
        state["conv_in.weight"] = state["conv_in.weight"][:, self.config.vae.latent_channels :]
        names = self.reference_net.state_dict()
        self.reference_net.load_state_dict({name: state[name] for name in names})
        for network in (self.denoiser, self.reference_net):
            for name, module in network.named_modules():
                if name.endswith("attn1"):
                    keys = module.get_parameter("to_k.weight")
                    module.get_parameter("to_q.weight").copy_(_PEAKED * keys)

    def paint(self, latents: Tensor, planes: Tensor) -> Painted:
        """The layer that latents stand for."""
        painted: Painted = self.decoder(latents, planes)
        return painted


def _loudness(maps: Tensor) -> Tensor:
    """The deviation of maps [N, C, h, w] from the mean of each channel."""
    return (maps - maps.mean((0, 2, 3), keepdim=True)).std()

"""What a layer model does that `mimo_training.measures` does not ask after every few steps.

Frames are [N, 3, S, S] in 0..1 over their own plates, F of a character in a row.
"""

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from mimo_networks.layer_vae import CONFIDENCE, COVERAGE, RGB, Painted
from mimo_training.batches import Batch
from mimo_training.diffusion import Schedule
from mimo_training.measures import SEEN, psnr
from mimo_training.model import TinyMimo
from mimo_training.stages import LAST

_POINTS = 24  # of the surface, on each axis of its coordinates
_WHOLLY = 0.9  # of a pixel shows the body, where a point of the surface is followed
_PER_POINT_PX = 2
_SHOWN_AT = ("standard_fhd", 15)  # display and frames a second at which JODs are told


@torch.no_grad()
def painted_frames(model: TinyMimo, batch: Batch, schedule: Schedule) -> Tensor:
    """In one step from noise, with the shadow of the model's own."""
    torch.manual_seed(0)
    character = model.character(batch.picture, batch.own_planes)
    condition = model.condition(batch.planes, batch.plate)
    noise = schedule.noise(condition, model.config.vae.latent_channels, batch.frames)
    last = torch.full((len(batch.picture),), LAST)
    latents = -model.prediction(noise, last, condition, character)
    return _over(model.paint(latents, batch.planes), batch.plate)


def drawn_frames(batch: Batch) -> Tensor:
    """The drawn body, without a network and without a shadow."""
    coverage = batch.planes[:, COVERAGE]
    return batch.planes[:, RGB] * coverage + batch.plate * (1 - coverage)


def true_frames(batch: Batch) -> Tensor:
    """The person as rendered."""
    return batch.human[:, :3] + batch.plate * (1 - batch.shadow) * (1 - batch.alpha)


@torch.no_grad()
def rebuilt_db(model: TinyMimo, batch: Batch) -> float:
    """The person through encoder and decoder alone."""
    latents = model.encoder.painted(batch.layer, batch.planes)
    rebuilt = _over(model.paint(latents, batch.planes), batch.plate)
    return psnr(rebuilt, true_frames(batch), batch.alpha)


def redrawn_db(model: TinyMimo, batch: Batch, schedule: Schedule) -> list[tuple[float, float]]:
    """Of each picture in its own posture: drawn, and painted."""
    own = batch.redrawn()
    frames = drawn_frames(own), painted_frames(model, own, schedule), true_frames(own), own.alpha
    return [
        (psnr(drawn, truth, alpha), psnr(painted, truth, alpha))
        for drawn, painted, truth, alpha in zip(*frames, strict=True)
    ]


def best_light_db(frames: Tensor, batch: Batch) -> float:
    """Seen surface, each clip times the one gain a channel that suits the truth best.

    How much is missed because the light of a clip is not known: its exposure, its tint.
    """
    truth, shape = true_frames(batch), (len(batch.picture), batch.frames, 3, -1)
    seen = batch.alpha * (batch.planes[:, CONFIDENCE] > SEEN)
    weight = seen.reshape(*shape[:2], 1, -1)
    own, true = frames.reshape(shape), truth.reshape(shape)
    gain = (own * true * weight).sum((1, 3)) / (own.square() * weight).sum((1, 3)).clamp(min=1e-6)
    lit = frames * gain.repeat_interleave(batch.frames, 0)[..., None, None]
    return psnr(lit.clamp(0, 1), truth, seen)


def surface_change(frames: Tensor, batch: Batch) -> float:
    """Mean change of colour from frame to frame at one point of the surface, in levels of 255."""
    shown = (batch.planes[:, COVERAGE] > _WHOLLY) & (batch.alpha > _WHOLLY)
    points = (batch.planes[:, :3] * (_POINTS - 1)).round().long()
    ids = (points[:, 0] * _POINTS + points[:, 1]) * _POINTS + points[:, 2]
    means = [_means(f, i[s[0]], s[0]) for f, i, s in zip(frames, ids, shown, strict=True)]
    changes = [
        (means[k][0] - means[k + 1][0]).abs()[:, means[k][1] & means[k + 1][1]]
        for k in range(len(means) - 1)
        if (k + 1) % batch.frames
    ]
    return 255 * float(torch.cat(changes, dim=1).mean())


def jods(clips: Mapping[str, Tensor], truth: Tensor, frames: int) -> Iterator[tuple[str, float]]:
    """Each clip's quality in just-objectionable differences below 10 (ColorVideoVDP, 2024)."""
    import pycvvdp

    metric = pycvvdp.cvvdp(display_name=_SHOWN_AT[0], device=torch.device("cpu"), quiet=True)
    for name, found in clips.items():
        values = [
            metric.predict(a, b, dim_order="FCHW", frames_per_second=_SHOWN_AT[1])[0]
            for a, b in zip(*(_clips(v.clamp(0, 1), frames) for v in (found, truth)), strict=True)
        ]
        yield name, float(torch.stack(values).mean())


def _clips(frames: Tensor, length: int) -> Tensor:
    return frames.reshape(-1, length, *frames.shape[1:])


def _over(painted: Painted, plate: Tensor) -> Tensor:
    layer = painted.layer()
    return layer[:, :3] + plate * (1 - layer[:, 3:])


def _means(frame: Tensor, ids: Tensor, shown: Tensor) -> tuple[Tensor, Tensor]:
    """The mean colour at each point, [3, points], and which points enough pixels show."""
    length = _POINTS**3
    counts = torch.bincount(ids, minlength=length)
    sums = torch.stack([torch.bincount(ids, c[shown], minlength=length) for c in frame])
    return sums / counts.clamp(min=1), counts >= _PER_POINT_PX

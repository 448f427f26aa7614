"""The recipe on tiny pictures: it learns, goes on after a stop, and ignores nothing."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from mimo_networks.layer_model import LayerModelConfig, load_layer_model
from mimo_networks.official import official_denoise
from mimo_synthetic.people.pool import PoolSpec, Shard, shards, write_shard
from mimo_training.batches import Batch, random_batch, relit
from mimo_training.checkpoint import write_checkpoint
from mimo_training.curve import draw_curve
from mimo_training.diffusion import Schedule
from mimo_training.losses import colour_losses, scale_loss, silhouette_loss
from mimo_training.measures import measure, overlap, psnr
from mimo_training.model import TinyMimo
from mimo_training.sheet import draw_sheet
from mimo_training.stages import LAST, STAGES, Stage
from mimo_training.trainer import Trainer

SPEC = PoolSpec(size_px=32, clips=1, frames=2)


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> list[Shard]:
    folder = tmp_path_factory.mktemp("pool")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mimo_synthetic.people.pool.SAMPLES_PER_SHARD", 3)
        write_shard(folder, SPEC, 0, lambda: None)
    return list(shards(folder, SPEC))


@pytest.fixture(scope="module")
def model() -> TinyMimo:
    torch.manual_seed(0)
    return TinyMimo(LayerModelConfig()).eval()


@pytest.fixture
def batch(pool: list[Shard]) -> Batch:
    return random_batch(pool, 2, 2, np.random.default_rng(5))


def test_batches_are_in_range(pool: list[Shard]) -> None:
    for seed in range(8):
        batch = random_batch(pool, 2, 2, np.random.default_rng(seed))
        assert batch.frames == 2
        assert float(batch.planes[:, [0, 1, 2, 6, 7, 8, 9, 10]].min()) >= 0
        assert float(batch.planes.max()) <= 1
        assert float(batch.planes[:, 3:6].min()) < 0
        outside = batch.planes[:, 10] == 0
        assert float(batch.planes[:, 3:6].abs().sum(1)[outside].max()) == 0


def test_mirroring_keeps_the_drawn_body_on_the_person(pool: list[Shard]) -> None:
    for seed in range(8):
        batch = random_batch(pool, 2, 2, np.random.default_rng(seed))
        assert overlap(batch.planes[:, 10:11], batch.alpha) > 0.5


def test_light_changes_person_and_plate_alike(batch: Batch) -> None:
    lit = relit(batch, np.random.default_rng(7))
    assert bool((lit.human[:, :3] <= lit.alpha + 1e-6).all())
    assert torch.equal(lit.picture, batch.picture)
    for frame in range(len(batch.plate)):
        for channel in range(3):
            ground, before = lit.plate[frame, channel], batch.plate[frame, channel]
            gains = (ground / before)[(before > 0.05) & (ground < 1)]
            assert float(gains.std()) < 1e-4
            assert abs(float(gains.mean()) - 1) > 1e-3
            person, cover = lit.human[frame, channel], lit.alpha[frame, 0]
            expected = torch.minimum(batch.human[frame, channel] * gains.mean(), cover)
            assert torch.allclose(person, expected, atol=1e-4)


def test_a_picture_can_be_the_frame_to_paint(batch: Batch) -> None:
    redrawn = batch.redrawn()
    assert redrawn.frames == 1
    shown = redrawn.human[:, :3] + 1 - redrawn.alpha
    assert torch.allclose(shown, batch.picture, atol=2 / 255)


def test_one_character_is_what_the_official_pass_computes(model: TinyMimo, batch: Batch) -> None:
    """Rows of several characters at once give each the numbers that it has alone."""
    character = model.character(batch.picture, batch.own_planes)
    condition = model.condition(batch.planes, batch.plate)
    sample = torch.randn(4, 16, 4, 4)
    steps = torch.tensor([LAST, 300])
    together = model.prediction(sample, steps, condition, character)
    bank = {name: features[1] for name, features in character.bank.items()}
    background = model.encoder.picture(batch.plate[2:])
    alone = official_denoise(
        model.denoiser,
        torch.cat([sample[2:], background], dim=1)[None],
        steps[1:],
        character.tokens[1:][:, None],
        model.guider(batch.planes[2:]),
        bank,
    )
    assert torch.allclose(together[2:], alone[0], atol=1e-5)


def test_the_reference_is_read(model: TinyMimo, batch: Batch) -> None:
    character = model.character(batch.picture, batch.own_planes)
    condition = model.condition(batch.planes, batch.plate)
    sample, steps = torch.randn(4, 16, 4, 4), torch.full((2,), LAST)
    own = model.prediction(sample, steps, condition, character)
    other = model.prediction(sample, steps, condition, character.of(torch.tensor([1, 0])))
    assert not torch.allclose(own, other, atol=1e-5)


def test_the_texture_is_kept_where_it_is_sure(model: TinyMimo, batch: Batch) -> None:
    planes = batch.planes.clone()
    planes[:, 9] = 1.0
    painted = model.paint(torch.randn(4, 16, 4, 4), planes)
    assert torch.allclose(painted.colour, planes[:, 6:9], atol=1e-6)  # untrained light is 1


def test_a_layer_is_premultiplied_and_holds_the_shadow(model: TinyMimo, batch: Batch) -> None:
    layer = model.paint(torch.randn(4, 16, 4, 4), batch.planes).layer()
    assert layer.shape == (4, 4, 32, 32)
    assert bool((layer[:, :3] <= layer[:, 3:] + 1e-6).all())
    assert bool((layer[:, 3] > 0).all())


def test_noise_levels_are_the_official_ones() -> None:
    schedule = Schedule.official()
    assert float(schedule.alphas[-1]) == 0
    assert float(schedule.alphas[0]) == pytest.approx(1 - 0.00085, abs=1e-6)
    clean, noise = torch.randn(2, 3, 4, 4), torch.randn(2, 3, 4, 4)
    for step in (0, 499, LAST):
        steps = torch.full((2,), step)
        sample = schedule.noisy(clean, noise, steps)
        velocity = schedule.velocity(clean, noise, steps)
        assert torch.allclose(schedule.clean(sample, velocity, steps), clean, atol=1e-5)


def test_losses_are_least_for_the_truth(model: TinyMimo, batch: Batch) -> None:
    painted = model.paint(torch.randn(4, 16, 4, 4), batch.planes)
    true_colour = batch.human[:, :3] / batch.alpha.clamp(min=0.02)
    logits = torch.logit(batch.alpha.clamp(1e-4, 1 - 1e-4))
    perfect = type(painted)(true_colour, logits, batch.shadow, painted.light)
    assert silhouette_loss(perfect, batch) < silhouette_loss(painted, batch)
    found, best = colour_losses(painted, batch), colour_losses(perfect, batch)
    assert best["colour"] < 1e-6 < found["colour"]
    assert best["composite"] < found["composite"]


@pytest.mark.parametrize("name", [stage.name for stage in STAGES])
def test_every_stage_reaches_the_networks_it_trains(name: str, batch: Batch) -> None:
    torch.manual_seed(1)
    model = TinyMimo(LayerModelConfig())
    stage = next(stage for stage in STAGES if stage.name == name)
    small = replace(stage, sizes_px=(32,), characters=2, frames=2, redrawn=0.0)
    losses = small.losses(model, batch, Schedule.official())
    sum(losses.values(), torch.zeros(())).backward()
    parts = ["denoiser", "guider", "decoder", "encoder"]
    for part in parts + ["reference_net", "image_encoder"] * stage.reference:
        gradients = [p.grad for p in model.get_submodule(part).parameters()]
        assert any(g is not None and float(g.abs().max()) > 0 for g in gradients), part


def test_a_run_goes_on_where_it_was_stopped(
    tmp_path: Path, pool: list[Shard], batch: Batch
) -> None:
    stage = Stage("silhouette", (24, 32), 3, 1, 1e-3, 1.0, 0.5, colours=False)
    first = _trainer(tmp_path)
    first.run(stage, lambda: pool, 2.0, [batch], 1, lambda *_: None)
    second = _trainer(tmp_path)
    assert second.resume()
    assert second.progress == first.progress
    for name, weight in first.averaged.state_dict().items():
        assert torch.equal(weight, second.averaged.state_dict()[name])
    steps = second.progress.steps
    second.run(stage, lambda: pool, 0.1, [batch], 1, lambda *_: None)
    assert second.progress.steps == steps  # its time is used up
    draw_curve(tmp_path / "log.jsonl", tmp_path / "curve.png")
    draw_sheet(second.averaged, batch, second.schedule, tmp_path / "sheets" / "a.png")
    assert (tmp_path / "sheets" / "a.png").stat().st_size > 1000


def test_fresh_networks_hear_planes_and_scene_over_the_noise(
    tmp_path: Path, pool: list[Shard], batch: Batch
) -> None:
    trainer = _trainer(tmp_path)
    trainer.begin(pool)
    model = trainer.averaged
    with torch.no_grad():
        scene = model.encoder.picture(batch.plate)
        condition = model.condition(batch.planes, batch.plate)
        noise = torch.nn.functional.conv2d(
            torch.randn(4, 16, 4, 4), model.denoiser.conv_in.weight[:, :16], padding=1
        )
    assert float(scale_loss(scene)) < 0.05
    assert float(condition.std()) > 3 * float(noise.std())


def test_figures_of_the_truth_are_the_best(model: TinyMimo, batch: Batch) -> None:
    figures = measure(model, [batch], Schedule.official())
    assert 0 <= figures["iou"] <= 1
    assert overlap(batch.alpha, batch.alpha) == 1
    assert psnr(batch.plate, batch.plate, batch.alpha) > 80


def test_finished_weights_are_read_again(tmp_path: Path, model: TinyMimo) -> None:
    folder = write_checkpoint(model, tmp_path / "weights", {"defaults": {"steps": 1}})
    again, values = load_layer_model(folder)
    assert values["defaults"] == {"steps": 1}
    assert again.config == model.config
    for name, weight in again.state_dict().items():
        assert torch.equal(weight, model.state_dict()[name].half().float())


def _trainer(folder: Path) -> Trainer:
    torch.manual_seed(0)
    return Trainer(TinyMimo(LayerModelConfig()), folder, torch.device("cpu"), 0)

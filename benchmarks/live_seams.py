"""What chunks cost in pictures: live against offline, seams between chunks, drift of colour.

    python -m benchmarks.live_seams [--jod]          writes results/live_seams.json

One motion, played through the live stream's own code with chunks of several lengths, each of them
what a latency setting leads to, and its first frames once offline: all frames known, open windows
that overlap. Both begin with the same noise and paint the same crops. The person is where one
differs from the scene. The motion comes again every 25 frames: in 300 of them chunks of any length
begin everywhere in it alike, so that its own speed is in no seam. One thread, which never waits.
"""

import importlib.util
import json
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.command_line import command_line
from mimo_runtime import sample
from mimo_runtime.body.camera import orbit
from mimo_runtime.body.shipped import load_body
from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.engines.onnxruntime_backend import OrtBackend
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.motions.exercises import kick
from mimo_runtime.motions.pose_frames import camera_numbers, pose_frames
from mimo_runtime.planning.costs import LiveCosts
from mimo_runtime.planning.extent import Extent
from mimo_runtime.planning.latency_plans import LatencyPlan
from mimo_runtime.planning.live_schedule import Await, BeginChunk, ChunkPlan
from mimo_runtime.planning.schedule import ClipPlan, Pass, whole_clip
from mimo_runtime.planning.solver import SolverConfig
from mimo_runtime.planning.windows import open_windows
from mimo_runtime.runner.live_preparation import PreparedLive, prepare_live
from mimo_runtime.runner.live_shares import LiveShare, LiveShares
from mimo_runtime.runner.live_stream import LiveStream
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.composition import DecodedCrop, Layers
from mimo_runtime.synthesis.crop import WHITE, cut_square
from mimo_runtime.synthesis.denoise import Denoiser
from mimo_runtime.synthesis.figures import FigureCache, texture_px
from mimo_runtime.synthesis.identity_cache import IdentityCache
from mimo_runtime.synthesis.layer_composition import compose_crops
from mimo_runtime.synthesis.live_conditions import LiveConditions
from mimo_runtime.synthesis.live_poses import LiveCrop, camera_of, pose_of
from mimo_runtime.synthesis.live_request import LiveFiles, live_request
from mimo_runtime.synthesis.noise import EndlessNoise
from mimo_runtime.wire.live import LiveSettings, PoseFrame, QueuePolicy
from mimo_runtime.wire.settings import Settings

Frames = list[NDArray[np.uint8]]

SIZE_PX = (256, 256)
SETTINGS = ((1, 1), (2, 1), (4, 1), (6, 1), (4, 4))  # new frames of a chunk, steps
RESULT = Path(__file__).parent / "results" / "live_seams.json"
_ANY_RATE = Fraction(1, 100)  # that every machine keeps: how chunks are cut is given
_SEEN = 2  # levels by which a picture differs from the scene where the person is


class Scene:
    """A bundle, a character and a motion of `count` postures at `rate_fps`."""

    def __init__(self, folder: Path, count: int, rate_fps: int) -> None:
        self.engines = EngineSet(OrtBackend(Bundle.open(folder), threads=1))
        self.windows = {self.engines.bundle.manifest.frames: self.engines}
        manifest = self.engines.bundle.manifest
        side_px = min(manifest.width_px, manifest.height_px)
        self.figures, self.identities = FigureCache(texture_px(side_px)), IdentityCache()
        body, rate = load_body(), Fraction(rate_fps)
        self.poses = tuple(pose_frames(kick(body.skeleton, count, rate)))
        self.camera = orbit((0, 0.9, 0), 25, 1.0, 3.2, SIZE_PX, 256.0)

    def share(self) -> LiveShare:
        """That of a stream which has an engine for itself, one that keeps everything."""
        costs = LiveCosts({self.engines.bundle.manifest.frames: 1e-4}, 1e-5, 1e-5)
        return LiveShare(LiveShares(lambda _name: costs))

    def prepared(self, new: int, steps: int) -> PreparedLive:
        """A stream that is planned so, whatever the machine."""
        asked = LiveSettings(
            _ANY_RATE, camera_numbers(self.camera), policy=QueuePolicy.LOSSLESS,
            settings=Settings(steps=steps),
        )  # fmt: skip
        files = LiveFiles(sample.CHARACTER, sample.CHARACTER)
        request = live_request(files, asked, MediaLimits())
        window = self.engines.bundle.manifest.frames
        found = prepare_live(self.windows, self.figures, request, self.share())
        plan = LatencyPlan(ChunkPlan((), new, window - new, steps), 1.0, 1.0, 1.0, 0.1, 0.5)
        output = replace(found.output, plan=plan, queue_frames=2 * window)
        return replace(found, settings=replace(found.settings, steps=steps), output=output)


def played(scene: Scene, live: PreparedLive) -> tuple[Frames, list[int]]:
    """Every frame as the live stream makes it, and the first one of each chunk."""
    token = CancellationToken()
    stream = LiveStream(scene.windows, scene.identities, live, token, scene.share())
    poses, frames, borders = iter(scene.poses), list[NDArray[np.uint8]](), list[int]()
    for work in stream.works():
        if isinstance(work, Await) and not stream.can_do(work):
            give(stream, next(poses, None))
        if isinstance(work, BeginChunk):
            borders.append(len(frames))
        frame = stream.execute(work)
        if frame is not None:
            frames.append(frame.rgb)
    stream.close()
    return frames, borders


def give(stream: LiveStream, pose: PoseFrame | None) -> None:
    """The next posture, or that there is none."""
    if pose is None:
        stream.end_poses()
    else:
        stream.put(pose)


def offline(scene: Scene, live: PreparedLive, count: int) -> Frames:
    """The first `count` with all of them known: open windows within each crop."""
    engines, settings = scene.engines, live.settings
    manifest = engines.bundle.manifest
    crop = LiveCrop(live.planes.cast, SIZE_PX)
    camera = camera_of(live.request.settings.camera)
    poses = [pose_of(frame, live.output.skeleton) for frame in scene.poses[:count]]
    segments = [crop.segment(pose, camera) for pose in poses]
    lengths = [sum(each is one for each in segments) for one in dict.fromkeys(segments)]
    windows = open_windows(lengths, manifest.frames, manifest.overlap_frames)
    plan = ClipPlan(windows, tuple((i,) for i in range(count)), settings.steps)
    _, channels, *size = engines.bundle.tensor("vae_decoder", "latents").shape
    noise = EndlessNoise(channels, (size[0], size[1]), settings.seed)
    table = settings.table(SolverConfig.from_mapping(manifest.solver))
    identity = live.identity(engines, scene.identities)
    extent = Extent(len(windows), count)
    denoiser = Denoiser(engines, identity, plan, extent, table, settings, noise)
    conditions, planes = LiveConditions(engines, count), live.planes.empty(count)
    for frame, (pose, segment) in enumerate(zip(poses, segments, strict=True)):
        if frame == 0 or segment is not segments[frame - 1]:
            conditions.show(cut_square(live.request.scene, segment.crop, WHITE))
        live.planes.draw(pose, camera, segment.crop, planes[frame])
        denoiser.enter(frame, conditions.make(planes[frame]))
    for work in whole_clip(plan):
        if isinstance(work, Pass):
            denoiser.run_pass(work.step, work.window)
    decoder, frames = engines.bind("vae_decoder"), list[NDArray[np.uint8]]()
    for frame, segment in enumerate(segments):
        denoiser.read(frame, decoder.buffers["latents"])
        decoder.buffers["planes"][...] = planes[frame : frame + 1]
        decoder.run()
        layer = np.asarray(decoder.buffers["layer"])[0]
        frames.append(compose_crops([DecodedCrop(layer, segment, 0)], Layers(live.request.scene)))
    return frames


def seam_ratio(frames: Frames, borders: list[int], empty: NDArray[np.uint8]) -> float | None:
    """The median change into a chunk's first frame, of the median change within chunks."""
    changes = [change(a, b, empty) for a, b in pairwise(frames)]
    first = {border - 1 for border in borders if border}
    at = [value for index, value in enumerate(changes) if index in first]
    within = [value for index, value in enumerate(changes) if index not in first]
    return float(np.median(at) / np.median(within)) if at and within else None


def change(one: NDArray[np.uint8], other: NDArray[np.uint8], empty: NDArray[np.uint8]) -> float:
    """Mean difference in levels where either shows the person."""
    shown = person(one, empty) | person(other, empty)
    return float(np.abs(one.astype(int) - other)[shown].mean())


def person(frame: NDArray[np.uint8], empty: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where a frame is not its scene."""
    found: NDArray[np.bool_] = (np.abs(frame.astype(int) - empty) > _SEEN).any(axis=2)
    return found


def psnr_db(frames: Frames, others: Frames, empty: NDArray[np.uint8]) -> float:
    """Of the person, over all frames."""
    squares = [
        np.square(a.astype(float) - b)[person(a, empty) | person(b, empty)].ravel()
        for a, b in zip(frames, others, strict=True)
    ]
    return float(10 * np.log10(255**2 / max(np.concatenate(squares).mean(), 1e-9)))


def jod_of(frames: Frames, others: Frames) -> float:
    """Likeness in just-objectionable differences below 10 (ColorVideoVDP), of the whole frames."""
    import torch

    from benchmarks.layer_measures import jods

    found, truth = (
        torch.from_numpy(np.stack(each)).permute(0, 3, 1, 2).float() / 255
        for each in (frames, others)
    )
    return dict(jods({"jod": found}, truth, len(frames)))["jod"]


def slope_per_min(frames: Frames, empty: NDArray[np.uint8], rate_fps: float) -> float:
    """How fast the person's mean colour moves, CIE76 dE a minute, by a straight line."""
    labs = [
        cv2.cvtColor(frame.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[person(frame, empty)]
        for frame in frames
    ]
    means, minutes = np.stack([lab.mean(axis=0) for lab in labs]), np.arange(len(frames))
    lines = np.polyfit(minutes / rate_fps / 60, means, 1)
    return float(np.linalg.norm(lines[0]))


def measured(
    scene: Scene, live: PreparedLive, whole: Frames, rate_fps: float, jod: bool
) -> dict[str, Any]:
    """The row of one way to cut chunks, beside the first frames made offline."""
    frames, borders = played(scene, live)
    chunks, empty = live.output.plan.chunks, live.request.scene
    first, inside = frames[: len(whole)], [border for border in borders if border < len(whole)]
    row: dict[str, Any] = {
        "chunk": chunks.chunk_frames,
        "carried": chunks.carried_frames,
        "steps": chunks.steps,
        "to_offline_db": psnr_db(first, whole, empty),
        "seam_ratio": seam_ratio(first, inside, empty),
        "offline_ratio": seam_ratio(whole, inside, empty),
        "slope_de_per_min": slope_per_min(frames, empty, rate_fps),
    }
    return row | ({"jod": jod_of(first, whole)} if jod else {})


@click.command()
@click.option("--bundle", type=click.Path(path_type=Path), default=sample.BUNDLE,
              help="One that paints the human layer; default: the one that ships.")  # fmt: skip
@click.option("--frames", default=300, show_default=True, help="Made offline too.")
@click.option("--drift-frames", default=900, show_default=True,
              help="Of each stream: three minutes at 5 a second.")  # fmt: skip
@click.option("--fps", default=5, show_default=True, help="Postures a second.")
@click.option("--jod", is_flag=True, help="ColorVideoVDP too: pip install cvvdp; minutes.")
def main(bundle: Path, frames: int, drift_frames: int, fps: int, jod: bool) -> None:
    """Measure seams and drift of live streams."""
    if jod and importlib.util.find_spec("pycvvdp") is None:
        raise click.UsageError("--jod needs ColorVideoVDP; pip install cvvdp.")
    scene, rows = Scene(bundle, drift_frames, fps), []
    references: dict[int, Frames] = {}
    for new, steps in SETTINGS:
        live = scene.prepared(new, steps)
        if steps not in references:
            references[steps] = offline(scene, live, frames)
        rows.append(measured(scene, live, references[steps], fps, jod))
        click.echo(json.dumps(rows[-1]))
    command = command_line("live_seams")
    values = {"date": datetime.now(UTC).date().isoformat(), "command": command, "frames": frames,
              "rate_fps": fps, "drift_frames": drift_frames, "rows": rows}  # fmt: skip
    RESULT.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

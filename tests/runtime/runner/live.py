"""Live streams for tests: postures of a procedural walk, requests, and an offline reference."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mimo_runtime.body.camera import orbit
from mimo_runtime.body.pose import Pose
from mimo_runtime.body.shipped import load_body
from mimo_runtime.characters.figure import Figure
from mimo_runtime.characters.texture import SEEN, Texture
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.motions.pose_frames import camera_numbers, pose_frames
from mimo_runtime.motions.procedural import walk
from mimo_runtime.planning.costs import LiveCosts
from mimo_runtime.planning.latency_plans import LatencyPlan
from mimo_runtime.planning.live_schedule import ChunkPlan
from mimo_runtime.planning.solver import SolverConfig
from mimo_runtime.runner.live_preparation import PreparedLive, prepare_live
from mimo_runtime.runner.live_shares import LiveShare, LiveShares
from mimo_runtime.sample import CHARACTER
from mimo_runtime.synthesis.composition import DecodedCrop, Layers
from mimo_runtime.synthesis.conditions import ConditionMaker
from mimo_runtime.synthesis.crop import WHITE, cut_square
from mimo_runtime.synthesis.figures import FigureCache
from mimo_runtime.synthesis.identity_cache import IdentityCache
from mimo_runtime.synthesis.layer_composition import compose_crops
from mimo_runtime.synthesis.live_poses import LiveCrop, frame_camera, pose_of
from mimo_runtime.synthesis.live_request import LiveFiles, live_request
from mimo_runtime.synthesis.noise import normal_noise
from mimo_runtime.wire.live import LiveSettings, PoseFrame
from mimo_runtime.wire.settings import Settings

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]

SIZE_PX = (160, 120)
RATE = Fraction(10)  # of the motion
SLOW = Fraction(1, 2)  # of the streams, so that any machine can plan them
COSTS = LiveCosts({16: 0.01}, 0.001, 0.001)
_SETTINGS = ("steps", "guidance", "seed", "mode", "solver", "step_table", "guidance_interval")


class PlainFigures(FigureCache):
    """One figure for every picture, at no cost: the bare body in random colours."""

    def __init__(self) -> None:
        super().__init__(256)
        body = load_body()
        rgb = np.random.default_rng(3).integers(0, 256, (256, 256, 3), np.uint8)
        texture = Texture(
            rgb, np.full((256, 256), 255, np.uint8), np.full((256, 256), SEEN, np.uint8)
        )
        picture = np.full((64, 64, 4), 255, np.uint8)
        camera = orbit((0, 0.85, 0), 0, 0.85, 3.0, (64, 64), 80.0)
        self._figure = Figure(body, body, texture, picture, Pose.rest(body.skeleton), camera)

    def get(self, *_picture: Any) -> Figure:
        return self._figure


def postures(count: int) -> list[PoseFrame]:
    """A walk that after five frames goes on a metre and a half ahead, out of the first crop."""

    def moved(frame: PoseFrame) -> PoseFrame:
        x, y, z = frame.root_m
        return replace(frame, root_m=(x, y, z + (0.9 if frame.index >= 5 else -0.6)))

    return list(map(moved, pose_frames(walk(load_body().skeleton, count, RATE))))


def endless() -> Iterator[PoseFrame]:
    """Postures for as long as something is waited for."""
    poses = postures(5)
    return (replace(poses[index % 5], index=index) for index in count())


def settings(**changes: Any) -> LiveSettings:
    """A camera at the left side of who walks towards +z; two steps with guidance."""
    camera = orbit((0, 0.9, 0.4), 90, 1.0, 4.0, SIZE_PX, 160.0)
    asked = {k: changes.pop(k) for k in _SETTINGS if k in changes}
    given: dict[str, Any] = {"rate_fps": SLOW, "camera": camera_numbers(camera)} | changes
    return LiveSettings(**given, settings=Settings(**{"steps": 2, "guidance": 2.0} | asked))


def scene_picture(folder: Path) -> Path:
    """A scene that is not of the camera's size."""
    rows, columns = np.mgrid[:150, :300]
    rgb = np.stack([rows, columns % 256, (rows * columns) % 256], axis=2).astype(np.uint8)
    path = folder / "scene.png"
    Image.fromarray(rgb).save(path)
    return path


def live_files(folder: Path) -> LiveFiles:
    return LiveFiles(CHARACTER, scene_picture(folder))


def share_of(costs: LiveCosts) -> LiveShare:
    """The share of the only stream of an engine of which that was measured."""
    return LiveShare(LiveShares(lambda _name: costs))


def prepared(engines: EngineSet, folder: Path, chunks: ChunkPlan, **changes: Any) -> PreparedLive:
    """A stream that is planned as `chunks` say, whatever the machine."""
    request = live_request(live_files(folder), settings(**changes), MediaLimits())
    found = prepare_live({16: engines}, PlainFigures(), request, share_of(COSTS))
    plan = LatencyPlan(chunks, 1.0, 1.0, 1.0, 0.1, 0.5)
    wanted = replace(found.settings, steps=chunks.steps)
    queue = 2 * chunks.chunk_frames
    return replace(
        found, settings=wanted, output=replace(found.output, plan=plan, queue_frames=queue)
    )


@dataclass
class Reference:
    """What a chunk plan makes of postures, computed at leisure from the components alone.

    Of every frame the latents before each step are kept, and read again where it is carried.
    """

    engines: EngineSet
    live: PreparedLive
    frames: list[Pixels] = field(default_factory=list)
    trajectories: list[list[Floats]] = field(default_factory=list)
    cuts: list[int] = field(default_factory=list)
    clean: dict[int, Floats] = field(default_factory=dict)

    def run(self, poses: list[PoseFrame]) -> "Reference":
        chunks, manifest = self.live.output.plan.chunks, self.engines.bundle.manifest
        solver = SolverConfig.from_mapping(manifest.solver)
        self.table = self.live.settings.table(solver)
        self.identity = self.live.identity(self.engines, IdentityCache())
        self.maker, self.decoder = ConditionMaker(self.engines), self.engines.bind("vae_decoder")
        shape = (len(poses), *self.engines.bundle.tensor("vae_decoder", "latents").shape[1:])
        self.noise = normal_noise(shape, self.live.settings.seed)
        self.crop = LiveCrop(self.live.planes.cast, SIZE_PX)
        self.conditions: list[Floats] = []
        number, first, segment = 0, 0, None
        while first < len(poses):
            posed = [self._posed(pose) for pose in poses]
            new, fresh = [], segment
            for index in range(first, min(first + chunks.new_frames(number), len(poses))):
                if new and not self.crop.fits(*posed[index]):
                    break
                fresh = self.crop.segment(*posed[index])
                new.append(index)
            if fresh is not segment:
                self.cuts.append(first)
            carried = range(max(self.cuts[-1], first - chunks.carried_frames), first)
            self._chunk(posed, list(carried), new, fresh)
            number, first, segment = number + 1, first + len(new), fresh
        return self

    def _posed(self, pose: PoseFrame) -> Any:
        camera = frame_camera(pose, self.live.request.settings.camera)
        return pose_of(pose, self.live.output.skeleton), camera

    def _chunk(self, posed: Any, carried: list[int], new: list[int], segment: Any) -> None:
        scene = cut_square(self.live.request.scene, segment.crop, WHITE)
        planes = self.live.planes.empty(len(new))
        for index, drawn in zip(new, planes, strict=True):
            self.live.planes.draw(*posed[index], segment.crop, drawn)
            self.conditions.append(np.array(self.maker.make_of_planes(drawn, scene)))
            self.trajectories.append([self.noise[index : index + 1]])
        for step in range(self.live.output.plan.chunks.steps):
            self._step(step, [*carried, *new], set(new))
        for index, drawn in zip(new, planes, strict=True):
            self.decoder.buffers["latents"][...] = self.trajectories[index][-1]
            self.decoder.buffers["planes"][...] = drawn[np.newaxis]
            self.decoder.run()
            crop = DecodedCrop(self.decoder.buffers["layer"][0].copy(), segment, 0)
            self.frames.append(compose_crops([crop], Layers(self.live.request.scene)))

    def _step(self, step: int, window: list[int], new: set[int]) -> None:
        """One call of the denoiser on fresh buffers, then the solver, frame by frame."""
        settings = self.live.settings
        guided = settings.guided and (self.table.guided is None or self.table.guided[step])
        name = settings.denoiser if guided == settings.guided else "denoiser_unguided"
        bound = self.engines.get(name).bind()
        for name, tensor in self.identity.items():
            bound.buffers[name][...] = tensor
        times = self.engines.bind("time_embedding")
        times.buffers["timesteps"][0] = self.table.timesteps[step]
        times.run()
        bound.buffers["time_projections"][...] = times.buffers["time_projections"]
        bound.buffers["step"][...] = 0
        bound.buffers["frame_mask"][...] = np.arange(len(bound.buffers["frame_mask"])) < len(window)
        for row, index in enumerate(window):
            bound.buffers["latents"][row] = self.trajectories[index][step][0]
            bound.buffers["condition"][row] = self.conditions[index][0]
        bound.run()
        prediction = bound.buffers["prediction"].copy()
        a = np.float32(self.table.sample_scale[step])
        b = np.float32(self.table.prediction_scale[step])
        for row, index in enumerate(window):
            if index in new:
                v = prediction[-1, row : row + 1]
                if guided:
                    plain = prediction[0, row : row + 1]
                    v = (v - plain) * np.float32(settings.guidance) + plain
                before = self.trajectories[index][step]
                self.trajectories[index].append(before * a + v * b + self._drawn(step, index))
                self._predicted(step, index, before, v)

    def _drawn(self, step: int, index: int) -> Floats:
        """What a solver of second order adds: of the picture that the step before predicted."""
        if step == 0 or self.table.history is None:
            return np.float32(0) * self.noise[:1]
        return self.clean[index] * np.float32(self.table.history.scale[step])

    def _predicted(self, step: int, index: int, before: Floats, v: Floats) -> None:
        if (history := self.table.history) is not None:
            of_sample, of_prediction = (
                np.float32(scale[step])
                for scale in (history.clean_sample_scale, history.clean_prediction_scale)
            )
            self.clean[index] = before * of_sample + v * of_prediction

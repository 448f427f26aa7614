"""One synthesis from its request to its finished frames."""

from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, closing

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.bundle import Manifest
from mimo_runtime.engines.engine import BoundPass
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.engines.latents import LatentState
from mimo_runtime.planning.boxes import Box
from mimo_runtime.planning.solver import SolverConfig, ddim_table
from mimo_runtime.planning.windows import closed_windows, open_windows
from mimo_runtime.synthesis.composition import Part
from mimo_runtime.synthesis.conditions import condition_maps, places_of_frames
from mimo_runtime.synthesis.denoise import Denoiser
from mimo_runtime.synthesis.framing import framing_of
from mimo_runtime.synthesis.identity import identity_from_character
from mimo_runtime.synthesis.memory import check_memory
from mimo_runtime.synthesis.noise import normal_noise
from mimo_runtime.synthesis.request import OutputFormat, OutputFrame, SynthesisRequest
from mimo_runtime.synthesis.stop import StopSignal
from mimo_runtime.templates.folder import MOTION
from mimo_runtime.wire.progress import OnProgress, Progress

Pixels = NDArray[np.uint8]
Noise = NDArray[np.float32]


class SynthesisJob:
    """A checked request with its plan; `frames` does the work.

    Making it prepares the character, finds the person in the motion frames and plans contexts and
    windows, so that what cannot be done is refused before the first pass. All state of the job is
    in this object and in the generator, and goes with them.
    """

    def __init__(
        self,
        engines: EngineSet,
        request: SynthesisRequest,
        stop: StopSignal,
        on_progress: OnProgress,
    ) -> None:
        self._engines = engines
        self._request = request
        self._stop = stop
        self._on_progress = on_progress
        manifest, template = engines.bundle.manifest, request.template
        solver = SolverConfig.from_mapping(manifest.solver)
        self._table = ddim_table(solver, request.settings.steps)
        self._framing = framing_of(request, manifest)
        self._character = self._framing.character()
        self.output = OutputFormat(*self._framing.size_px, template.rate_fps, template.frame_count)
        contexts = self._framing.contexts(self._look_at_motion)
        self._places = places_of_frames(contexts, template.frame_count)
        self._lengths = [len(context.frames) for context in contexts]
        self._windows = self._plan_windows(manifest)
        check_memory(engines, self._windows, request.settings)

    def frames(self) -> Generator[OutputFrame]:
        """Denoise, then decode and compose each frame in turn.

        Raises:
            CancelledError: the stop signal was given; also DeadlineExceededError.
            MediaError: a stream of the template is damaged after all.
        """
        latents = self._denoised() if self._windows else None
        decoder = self._engines.bind("vae_decoder")
        rate_fps = self._request.template.rate_fps
        with closing(self._layer_pictures()) as layers:
            for index, pictures in enumerate(layers):
                self._stop.check()
                parts = self._decoded_parts(decoder, latents, index)
                rgb = self._framing.finish(parts, pictures)
                yield OutputFrame(index, float(index / rate_fps), rgb)
                self._tell("frames", index + 1, self.output.frame_count)

    def _look_at_motion(self, find: Callable[[Pixels], Box | None]) -> list[Box | None]:
        template = self._request.template
        boxes = []
        with closing(template.frames(MOTION, range(template.frame_count))) as motion:
            for frame in motion:
                self._stop.check()
                boxes.append(find(frame))
                self._tell("boxes", len(boxes), template.frame_count)
        return boxes

    def _plan_windows(self, manifest: Manifest) -> Sequence[Sequence[int]]:
        """Official: over all contexts in a row, as a ring; else over each context by itself."""
        frames, overlap = manifest.frames, manifest.overlap_frames
        if not self._lengths:
            return ()
        if self._request.settings.official:
            return closed_windows(sum(self._lengths), frames, overlap)
        return open_windows(self._lengths, frames, overlap)

    def _denoised(self) -> LatentState:
        settings = self._request.settings
        self._tell("identity", 0, 1)
        identity = identity_from_character(self._engines, self._character, settings.official)
        self._tell("identity", 1, 1)
        denoiser = Denoiser(
            self._engines, identity, self._windows, self._noise(), self._table, settings
        )
        self._store_conditions(denoiser)
        total = settings.steps * denoiser.windows
        for number in range(total):
            self._stop.check()
            denoiser.run_pass(*divmod(number, denoiser.windows))
            self._tell("denoise", number + 1, total)
        return denoiser.state

    def _store_conditions(self, denoiser: Denoiser) -> None:
        maps = condition_maps(self._engines, self._request.template, self._framing, self._places)
        with closing(maps):
            for done, (place, condition) in enumerate(maps, start=1):
                self._stop.check()
                denoiser.store(place, condition)
                self._tell("scene", done, sum(self._lengths))

    def _noise(self) -> Noise:
        """Noise of the whole sequence, drawn as official: all frames of a channel in a row."""
        _, channels, height, width = self._engines.bundle.tensor("vae_decoder", "latents").shape
        shape = (channels, sum(self._lengths), height, width)
        noise = normal_noise(shape, self._request.settings.seed)
        return np.ascontiguousarray(noise.swapaxes(0, 1))

    def _decoded_parts(
        self, decoder: BoundPass, latents: LatentState | None, frame: int
    ) -> list[Part]:
        parts: list[Part] = []
        if latents is None:  # nobody in any frame
            return parts
        for place in self._places[frame]:
            latents.read(place.place, decoder.buffers["latents"])
            decoder.run()
            picture = np.asarray(decoder.buffers["picture"])[0].copy()
            parts.append(Part(picture, place.context, place.position))
        return parts

    def _layer_pictures(self) -> Generator[tuple[Pixels, ...]]:
        """Per frame the pictures of the layers that the framing asks for."""
        template = self._request.template
        frames = range(template.frame_count)
        with ExitStack() as open_streams:
            streams = [
                open_streams.enter_context(closing(template.frames(name, frames)))
                for name in self._framing.layers
            ]
            for _ in frames:
                yield tuple(next(stream) for stream in streams)

    def _tell(self, stage: str, done: int, total: int) -> None:
        self._on_progress(Progress(stage, done, total))

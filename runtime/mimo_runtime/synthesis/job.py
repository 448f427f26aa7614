"""One synthesis from its request to its finished frames."""

from collections.abc import Iterator, Sequence
from contextlib import closing

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.bundle import Manifest
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.planning.boxes import Box
from mimo_runtime.planning.crops import Context, plan_contexts
from mimo_runtime.planning.solver import SolverConfig, ddim_table
from mimo_runtime.planning.windows import closed_windows, open_windows
from mimo_runtime.synthesis.character import prepare_character
from mimo_runtime.synthesis.composition import Layers, Part, compose_frame
from mimo_runtime.synthesis.conditions import Place, condition_maps, places_of_frames
from mimo_runtime.synthesis.denoise import Denoiser
from mimo_runtime.synthesis.feather import default_feather_masks
from mimo_runtime.synthesis.identity import identity_from_character
from mimo_runtime.synthesis.memory import check_memory
from mimo_runtime.synthesis.noise import normal_noise
from mimo_runtime.synthesis.person import person_box
from mimo_runtime.synthesis.request import (
    OnProgress,
    OutputFormat,
    OutputFrame,
    Progress,
    SynthesisRequest,
)
from mimo_runtime.synthesis.stop import StopSignal
from mimo_runtime.templates.folder import MOTION, OCCLUSION, SCENE, SOURCE

Windows = Sequence[Sequence[int]]


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
        self._manifest: Manifest = engines.bundle.manifest
        self._feather = request.feather or default_feather_masks()
        self._table = ddim_table(
            SolverConfig.from_mapping(self._manifest.solver), request.settings.steps
        )
        self._character = prepare_character(request.character, request.matte)
        template = request.template
        self.output = OutputFormat(
            template.width_px, template.height_px, template.rate_fps, template.frame_count
        )
        self._contexts = plan_contexts(
            list(self._person_boxes()),
            template.width_px,
            template.height_px,
            official=request.settings.official,
        )
        self._places = places_of_frames(self._contexts, template.frame_count)
        self._windows = self._plan_windows()
        check_memory(engines.bundle, self._windows, request.settings)

    def frames(self) -> Iterator[OutputFrame]:
        """Denoise, then decode and compose each frame in turn.

        Raises:
            CancelledError: the stop signal was given; also DeadlineExceededError.
            MediaError: a stream of the template is damaged after all.
        """
        latents = self._denoise() if self._contexts else None
        decoder = self._engines.bind("vae_decoder")
        template, official = self._request.template, self._request.settings.official
        for index, layers in enumerate(self._layers()):
            self._stop.check()
            parts = []
            for place in self._places[index]:
                assert latents is not None  # a place exists only in a context
                decoder.buffers["latents"][0] = latents[place.place]
                decoder.run()
                picture = decoder.buffers["picture"][0].copy()
                parts.append(Part(picture, place.context, place.position))
            rgb = compose_frame(parts, layers, self._feather, official=official)
            yield OutputFrame(index, float(index / template.rate_fps), rgb)
            self._tell("frames", index + 1, template.frame_count)

    def _person_boxes(self) -> Iterator[Box | None]:
        template = self._request.template
        count = template.frame_count
        with closing(template.frames(MOTION, range(count))) as motion:
            for index, frame in enumerate(motion):
                self._stop.check()
                yield person_box(frame)
                self._tell("boxes", index + 1, count)

    def _plan_windows(self) -> Windows:
        frames, overlap = self._manifest.frames, self._manifest.overlap_frames
        if self._request.settings.official:
            places = sum(len(context.frames) for context in self._contexts)
            return closed_windows(places, frames, overlap)
        lengths = [len(context.frames) for context in self._contexts]
        return open_windows(lengths, frames, overlap)

    def _denoise(self) -> NDArray[np.float32]:
        settings = self._request.settings
        self._tell("identity", 0, 1)
        identity = identity_from_character(self._engines, self._character, settings.official)
        self._tell("identity", 1, 1)
        latents = self._noise(settings.seed)
        denoiser = Denoiser(self._engines, identity, self._windows, latents, self._table, settings)
        maps = condition_maps(self._engines, self._request.template, self._places)
        with closing(maps):
            for done, (place, condition) in enumerate(maps, start=1):
                self._stop.check()
                denoiser.store(place, condition)
                self._tell("scene", done, len(latents))
        total = settings.steps * denoiser.windows
        for number in range(total):
            self._stop.check()
            denoiser.run_pass(*divmod(number, denoiser.windows))
            self._tell("denoise", number + 1, total)
        return denoiser.latents

    def _noise(self, seed: int) -> NDArray[np.float32]:
        """Noise of the whole sequence, drawn as official: all frames of a channel in a row."""
        places = sum(len(context.frames) for context in self._contexts)
        _, channels, height, width = self._engines.bundle.tensor("vae_decoder", "latents").shape
        noise = normal_noise((channels, places, height, width), seed)
        return np.ascontiguousarray(noise.swapaxes(0, 1))

    def _layers(self) -> Iterator[Layers]:
        template = self._request.template
        frames = range(template.frame_count)
        names = [name for name in (SCENE, SOURCE, OCCLUSION) if name in template.streams]
        if OCCLUSION not in names:
            names.remove(SOURCE)
        for pictures in zip(*(template.frames(name, frames) for name in names), strict=True):
            scene, source, occlusion = (*pictures, None, None)[:3]
            yield Layers(scene, source, None if occlusion is None else occlusion[..., 0])

    def _tell(self, stage: str, done: int, total: int) -> None:
        self._on_progress(Progress(stage, done, total))

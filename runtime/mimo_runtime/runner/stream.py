"""One stream: all its state, and how each piece of its work is done."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from mimo_runtime.bundle import Manifest
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.planning.extent import Extent
from mimo_runtime.planning.live_schedule import LiveWork
from mimo_runtime.planning.schedule import Condition, Decode, Identity, Pass, Work
from mimo_runtime.planning.solver import SolverConfig
from mimo_runtime.runner.device_pool import DevicePool
from mimo_runtime.runner.stream_plan import PersonBoxes, StreamPlan, plan_stream
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.composition import DecodedCrop
from mimo_runtime.synthesis.conditions import ConditionMaker
from mimo_runtime.synthesis.denoise import Denoiser
from mimo_runtime.synthesis.figures import FigureCache
from mimo_runtime.synthesis.frame_inputs import FrameInputs, TemplateInputs
from mimo_runtime.synthesis.frame_layers import FrameLayers, replaced_mask, whole_human
from mimo_runtime.synthesis.framing import framing_of
from mimo_runtime.synthesis.identity import Identity as IdentityCode
from mimo_runtime.synthesis.identity import identity_from_character
from mimo_runtime.synthesis.identity_cache import IdentityCache, identity_key
from mimo_runtime.synthesis.media_memory import media_bytes
from mimo_runtime.synthesis.memory import check_media_memory, check_memory, needed_bytes
from mimo_runtime.synthesis.noise import FrameNoise
from mimo_runtime.synthesis.request import OutputFormat, OutputFrame, SynthesisRequest
from mimo_runtime.synthesis.resolved import resolved_settings
from mimo_runtime.templates.folder import Template
from mimo_runtime.wire.progress import OnProgress, Progress, Stage

if TYPE_CHECKING:
    from mimo_runtime.characters.figure import Figure
    from mimo_runtime.synthesis.motion_planes import MotionPlanes


class Stream:
    """A checked and planned request; a loop executes its `works` one by one.

    Making it prepares the character, finds the person in the motion frames and plans crop
    segments and windows, so that what cannot be done is refused before the first pass. All state
    is in this object and is let go by `close`.

    Raises:
        InvalidRequestError, MediaError, TemplateError, ResourceError, UnsupportedError: it cannot
            be done; the sentence says why.
        CancelledError, DeadlineExceededError: `token` says so.
    """

    def __init__(
        self,
        engines: EngineSet,
        identities: IdentityCache,
        figures: FigureCache,
        request: SynthesisRequest,
        token: CancellationToken,
        on_progress: OnProgress,
        pool: DevicePool | None = None,
    ) -> None:
        manifest, template = engines.bundle.manifest, request.template
        taken_bytes = media_bytes(request)
        check_media_memory(taken_bytes)
        self._media_bytes = taken_bytes
        self._with_layers = request.layers
        self.token = token
        self._engines = engines
        self._pool = pool
        self._identities = identities
        self._settings = resolved_settings(request.settings, manifest)
        self._on_progress = on_progress
        figure = None
        if manifest.paints_human:
            figure = figures.get(request.character, request.matte, request.prepared)
        self._framing = framing_of(request, self._settings, manifest, figure)
        self._planes = None if figure is None else _planes_of(figure, template, manifest)
        self._character = self._framing.character()
        self.output = OutputFormat(
            *self._framing.size_px,
            template.rate_fps,
            template.frame_count,
            template.cropped_count - template.frame_count,
        )
        self._inputs: FrameInputs = TemplateInputs(template, self._framing)
        try:
            boxes = PersonBoxes(self._inputs, template.frame_count, token, on_progress)
            self._plan = plan_stream(
                self._framing, boxes, template.frame_count, self._settings, manifest, request.part,
                pool.devices if pool else 1,
            )  # fmt: skip
            check_memory(engines, self._plan.extent, self._settings, taken_bytes, pool)
        except BaseException:
            self._inputs.close()
            raise
        self._conditions_done = self._passes_done = 0

    @property
    def due_s(self) -> None:
        """No frame of a clip is due at a time of its own."""

    @property
    def plan(self) -> StreamPlan:
        """Windows, crops and order, known before the first pass."""
        return self._plan

    @property
    def network_px(self) -> int:
        """The longer side of what the networks see."""
        manifest = self._engines.bundle.manifest
        return max(manifest.width_px, manifest.height_px)

    def needed_bytes(self, extent: Extent) -> int:
        """The most that a plan of this stream holds at once that has `extent`."""
        kept = self._settings, self._media_bytes, self._pool
        return needed_bytes(self._engines, extent, *kept)

    def works(self) -> Iterator[Work]:
        """Everything that is to be done, in order."""
        return self._plan.schedule(self._plan.clip)

    def can_do(self, work: LiveWork) -> bool:  # noqa: ARG002
        """Always: the inputs of a clip are here."""
        return True

    def execute(self, work: LiveWork) -> OutputFrame | None:
        """Do one piece of work; the finished frame, if it made one.

        Raises:
            MediaError: a clip of the template is damaged after all.
        """
        match work:
            case Identity():
                self._begin()
            case Condition(frame):
                self._make_conditions(frame)
            case Pass(step, window):
                self._denoiser.run_pass(step, window)
                self._passes_done += 1
                self._tell(Stage.DENOISE, self._passes_done, self._plan.clip.passes)
            case Decode(frame):
                return self._finished(frame)
        return None

    def measured(self, work: LiveWork, seconds: float) -> None:
        """Nothing is planned by that."""

    def close(self) -> None:
        """Let go of decoders, frames and buffers, whoever still refers to the stream."""
        self._inputs.close()
        for name in ("_denoiser", "_maker", "_decoder"):
            self.__dict__.pop(name, None)

    def _begin(self) -> None:
        self._tell(Stage.IDENTITY, 0, 1)
        bundle, plan = self._engines.bundle, self._plan
        solver = SolverConfig.from_mapping(bundle.manifest.solver)
        _, channels, *sides = bundle.tensor("vae_decoder", "latents").shape
        size = sides[0], sides[1]
        self._denoiser = Denoiser(
            self._engines,
            self._identity(),
            plan.clip,
            plan.extent,
            self._settings.table(solver),
            self._settings,
            FrameNoise(
                channels, plan.whole.sequence_length, size, self._settings.seed, plan.frame_ids
            ),
            self._pool,
        )
        self._maker = ConditionMaker(self._engines)
        self._decoder = self._engines.bind("vae_decoder")
        self._tell(Stage.IDENTITY, 1, 1)

    def _identity(self) -> IdentityCode:
        settings, character = self._settings, self._character
        planes = None if self._planes is None else self._planes.reference()
        key = identity_key(character, settings.mode, self._engines.bundle.digest, planes)
        return self._identities.get(
            key, lambda: identity_from_character(self._engines, character, settings.rules, planes)
        )

    def _make_conditions(self, frame: int) -> None:
        for crop in self._plan.crops[frame]:
            motion, scene = self._inputs.shown(frame, crop.segment)
            if self._planes is None:
                condition = self._maker.make(motion, scene)
            else:
                planes = self._planes.frame(frame, crop.segment.crop)
                condition = self._maker.make_of_planes(planes, scene)
            self._denoiser.enter(crop.frame_id, condition)
            self._conditions_done += 1
            self._tell(Stage.SCENE, self._conditions_done, self._plan.clip.sequence_length)

    def _finished(self, frame: int) -> OutputFrame:
        crops = []
        for crop in self._plan.crops[frame]:
            self._denoiser.read(crop.frame_id, self._decoder.buffers["latents"])
            if self._planes is not None:
                planes = self._planes.frame(frame, crop.segment.crop)
                self._decoder.buffers["planes"][...] = planes[np.newaxis]
            self._decoder.run()
            painted = self._decoder.buffers["picture" if self._planes is None else "layer"]
            picture = np.asarray(painted)[0].copy()
            crops.append(DecodedCrop(picture, crop.segment, crop.position))
        layers = self._layers(frame, crops) if self._with_layers else None
        rgb = self._framing.finish(crops, self._inputs.layers(frame))
        made = self._plan.clip.decoded
        self._tell(Stage.FRAMES, frame + 1 - made.start, len(made))
        return OutputFrame(frame, float(frame / self.output.rate_fps), rgb, layers=layers)

    def _layers(self, frame: int, crops: Sequence[DecodedCrop]) -> FrameLayers:
        """What a frame is put together of, copied."""
        scene, source, motion, occlusion = self._inputs.apart(frame)
        return FrameLayers(
            human=whole_human(*self._framing.human(crops), self._framing.size_px),
            scene=scene.copy(),
            replaced=replaced_mask(scene, source),
            motion=motion.copy(),
            occlusion=None if occlusion is None else occlusion.copy(),
            source=None if occlusion is None else source.copy(),
            depth_m=None if self._planes is None else self._planes.depth_m(frame),
        )

    def _tell(self, stage: Stage, done: int, total: int) -> None:
        self._on_progress(Progress(stage, done, total))


def _planes_of(figure: "Figure", template: Template, manifest: Manifest) -> "MotionPlanes":
    """`planes_of`, whose room is opened only for bundles that see planes."""
    from mimo_runtime.synthesis.motion_planes import planes_of

    return planes_of(figure, template, manifest)

"""A live stream from what is asked for to what is planned, before it takes any of the engine."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from mimo_runtime.body.pose import Pose
from mimo_runtime.bundle import Manifest
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.planning.crops import CropSegment
from mimo_runtime.planning.latency import LatencyTarget, LiveCosts, plan_latency
from mimo_runtime.planning.pixel_rect import PixelRect
from mimo_runtime.runner.live_windows import Windows
from mimo_runtime.synthesis.composition import DecodedCrop, Layers
from mimo_runtime.synthesis.figures import FigureCache
from mimo_runtime.synthesis.identity import Identity, identity_from_character
from mimo_runtime.synthesis.identity_cache import IdentityCache, identity_key
from mimo_runtime.synthesis.layer_composition import compose_crops
from mimo_runtime.synthesis.live_costs import best_s
from mimo_runtime.synthesis.live_memory import check_live_memory
from mimo_runtime.synthesis.live_poses import camera_of, skeleton_of
from mimo_runtime.synthesis.live_request import LiveFormat, LiveRequest, require_live
from mimo_runtime.synthesis.matting import on_white
from mimo_runtime.synthesis.motion_planes import FigurePlanes
from mimo_runtime.synthesis.resolved import ResolvedSettings, resolved_settings

_QUEUED_CHUNKS = 2


@dataclass(frozen=True, slots=True, eq=False)
class PreparedLive:
    """All that is decided before the first posture."""

    request: LiveRequest
    settings: ResolvedSettings
    planes: FigurePlanes
    character: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
    output: LiveFormat

    def identity(self, engines: EngineSet, identities: IdentityCache) -> Identity:
        """The character's identity, made now if no stream had it before."""
        reference = self.planes.reference()
        mode, digest = self.settings.mode, engines.bundle.digest
        return identities.get(
            identity_key(self.character, mode, digest, reference),
            lambda: identity_from_character(
                engines, self.character, self.settings.rules, reference
            ),
        )


def prepare_live(
    windows: Windows,
    figures: FigureCache,
    request: LiveRequest,
    costs_of: Callable[[str], LiveCosts],
) -> PreparedLive:
    """Find the figure, measure, and plan.

    `costs_of` gives what the passes of a denoiser, by its name, take here.

    Raises:
        UnsupportedError: the bundle paints no human layer.
        MediaError, InvalidRequestError: no body is found, a setting cannot be used, or the latency
            cannot be kept.
        ResourceError: this machine is too slow, or has too little memory.
    """
    manifest = next(iter(windows.values())).bundle.manifest
    require_live(manifest)
    asked = request.settings
    skeleton = skeleton_of(asked)
    settings = resolved_settings(asked.settings, manifest)
    figure = figures.get(request.character, request.matte, request.prepared)
    size_px = manifest.width_px, manifest.height_px
    planes = FigurePlanes(figure, skeleton, manifest.planes, size_px)
    costs = _with_drawing(costs_of(settings.denoiser), planes, request, manifest)
    overlap = manifest.overlap_frames
    plan = plan_latency(
        LatencyTarget(asked.rate_fps, asked.latency_s, settings.steps, overlap), costs
    )
    settings = replace(settings, steps=plan.chunks.steps)
    check_live_memory(windows, plan.chunks, settings)
    output = LiveFormat(
        asked.camera.width_px,
        asked.camera.height_px,
        asked.rate_fps,
        plan,
        _QUEUED_CHUNKS * plan.chunks.chunk_frames,
        skeleton,
    )
    return PreparedLive(request, settings, planes, on_white(figure.picture, None), output)


def _with_drawing(
    costs: LiveCosts, planes: FigurePlanes, request: LiveRequest, manifest: Manifest
) -> LiveCosts:
    """The costs of the networks, with the drawing before them and the composition behind them."""
    width_px, height_px = (
        request.settings.camera.width_px,
        request.settings.camera.height_px,
    )
    frame = PixelRect(0, width_px, 0, height_px)
    (out,) = planes.empty(1)
    rest = Pose.rest(planes.cast.skeleton)
    camera = camera_of(request.settings.camera)
    layer = np.zeros((4, manifest.height_px, manifest.width_px), np.float32)
    crop = DecodedCrop(layer, CropSegment((), frame, frame), 0)
    draw_s = best_s(lambda: planes.draw(rest, camera, frame, out))
    compose_s = best_s(lambda: compose_crops([crop], Layers(request.scene)))
    return LiveCosts(costs.step_s, costs.frame_in_s + draw_s, costs.frame_out_s + compose_s)

"""A live stream from what is asked for to what is planned, before it takes any of the engine."""

from dataclasses import dataclass, replace

import numpy as np

from mimo_runtime.bundle import Manifest
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.media.picture import encode_jpeg, encode_png
from mimo_runtime.planning.costs import LiveCosts
from mimo_runtime.planning.crops import CropSegment
from mimo_runtime.planning.latency_plans import LatencyTarget
from mimo_runtime.planning.pixel_rect import PixelRect
from mimo_runtime.runner.live_shares import LiveShare
from mimo_runtime.runner.live_windows import Windows
from mimo_runtime.synthesis.composition import DecodedCrop, Layers
from mimo_runtime.synthesis.figures import FigureCache
from mimo_runtime.synthesis.identity import Identity, identity_from_character
from mimo_runtime.synthesis.identity_cache import IdentityCache, identity_key
from mimo_runtime.synthesis.layer_composition import compose_crops
from mimo_runtime.synthesis.live_costs import usual_times_s
from mimo_runtime.synthesis.live_memory import check_live_memory
from mimo_runtime.synthesis.live_poses import skeleton_of
from mimo_runtime.synthesis.live_request import LiveFormat, LiveRequest, require_live
from mimo_runtime.synthesis.matting import on_white
from mimo_runtime.synthesis.motion_planes import FigurePlanes
from mimo_runtime.synthesis.resolved import ResolvedSettings, resolved_settings
from mimo_runtime.wire.live import PictureFormat

_QUEUED_CHUNKS = 2
_QUALITY = 90  # of JPEG, as most clients ask for
_RUNS = 3  # each stream waits for them


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
    share: LiveShare,
) -> PreparedLive:
    """Find the figure, measure, and plan what `share` takes of the engine.

    Raises:
        UnsupportedError: the bundle paints no human layer.
        MediaError, InvalidRequestError: no body is found, a setting cannot be used, or the latency
            cannot be kept.
        ResourceError: this machine is too slow, or has too little memory.
        BusyError: other live streams leave too little of the engine's time.
    """
    manifest = next(iter(windows.values())).bundle.manifest
    require_live(manifest)
    asked = request.settings
    skeleton = skeleton_of(asked)
    settings = resolved_settings(asked.settings, manifest)
    figure = figures.get(request.character, request.matte, request.prepared)
    size_px = manifest.width_px, manifest.height_px
    planes = FigurePlanes(figure, skeleton, manifest.planes, size_px)
    costs = _with_frames(share.costs(settings.denoiser), planes, request, manifest)
    steps, overlap = settings.steps, manifest.overlap_frames
    fewest = steps if settings.lists_steps else 1
    plan = share.plan(LatencyTarget(asked.rate_fps, asked.latency_s, steps, overlap, fewest), costs)
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


def _with_frames(
    costs: LiveCosts, planes: FigurePlanes, request: LiveRequest, manifest: Manifest
) -> LiveCosts:
    """The costs of the networks, with what frames of this size and figure take beside them."""
    camera = request.settings.camera
    frame = PixelRect(0, camera.width_px, 0, camera.height_px)
    layer = np.zeros((4, manifest.height_px, manifest.width_px), np.float32)
    crop = DecodedCrop(layer, CropSegment((), frame, frame), 0)

    def compose() -> None:
        compose_crops([crop], Layers(request.scene))

    works = [planes.reference, compose, lambda: _encode(request)]
    draw_s, compose_s, encode_s = usual_times_s(works, _RUNS)
    return replace(
        costs,
        frame_in_s=costs.frame_in_s + draw_s,
        frame_out_s=costs.frame_out_s + compose_s,
        delivery_s=costs.delivery_s + encode_s,
    )


def _encode(request: LiveRequest) -> None:
    """Encode a frame as it will be; a frame of a movie is taken to cost what a JPEG does."""
    if request.encoding is PictureFormat.PNG:
        encode_png(request.scene)
    elif request.encoding is not PictureFormat.RAW:
        encode_jpeg(request.scene, _QUALITY)

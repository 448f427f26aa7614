"""What a running live stream is asked to go on with, read."""

from dataclasses import replace

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.files import read_input
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.matte import read_matte
from mimo_runtime.media.picture import read_picture
from mimo_runtime.media.stop import Stop
from mimo_runtime.synthesis.figures import folder_of
from mimo_runtime.synthesis.live_request import LiveRequest, read_scene
from mimo_runtime.wire.live_change import LiveChange


def changed_request(
    request: LiveRequest, change: LiveChange, limits: MediaLimits, stop: Stop
) -> LiveRequest:
    """`request` with what `change` names; `stop` ends the wait for decoders from outside.

    Raises:
        MediaError, LimitExceededError: a picture cannot be read, or is larger than `limits` allow.
        InvalidRequestError: a setting cannot be used, or nothing is changed.
    """
    if change.is_empty:
        raise InvalidRequestError("The change names nothing; name what is to be another.")
    asked, camera = request.settings, request.settings.camera
    settings = replace(asked.settings, **change.settings)
    latency_s = asked.latency_s if change.latency_s is None else change.latency_s
    changed = replace(request, settings=replace(asked, settings=settings, latency_s=latency_s))
    if change.scene is not None:
        size_px = camera.width_px, camera.height_px
        changed = replace(changed, scene=read_scene(change.scene, size_px, limits, stop))
    if (character := change.character) is not None:
        matte = None if change.matte is None else read_matte(read_input(change.matte), limits, stop)
        changed = replace(
            changed,
            character=read_picture(read_input(character), character.name, limits, stop),
            matte=matte,
            prepared=folder_of(character),
        )
    return changed

"""What is heard with the frames of a template: its source video, or a file of the user's."""

from pathlib import Path

from mimo_runtime.errors import MediaError
from mimo_runtime.media.sound import ClipSound, open_sound
from mimo_runtime.templates.folder import SOURCE, Template


def template_sound(
    template: Template, frames: range | None = None, own: Path | None = None
) -> ClipSound | None:
    """What is heard with `frames` of `template`, all without; None for nothing.

    `own` is a file that is heard instead; its beginning belongs to the template's first frame.

    Raises:
        MediaError: there is no sound in `own`, or a file is damaged.
        LimitExceededError: a file is larger than the template's limits allow.
    """
    wanted = range(template.frame_count) if frames is None else frames
    duration_s = float(len(wanted) / template.rate_fps)
    limits, stop = template.limits, template.stop
    if own is None:
        source = template.streams[SOURCE]
        start_s = source.info.timestamps_s[source.indices[wanted.start]]
        return open_sound(source.path, limits, start_s, duration_s, stop)
    sound = open_sound(own, limits, float(wanted.start / template.rate_fps), duration_s, stop)
    if sound is None:
        raise MediaError(f"Nothing can be heard in '{own}'; give a file that holds sound.")
    return sound

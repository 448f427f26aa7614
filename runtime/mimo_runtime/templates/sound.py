"""The sound of a template: that of its source video, where it has one."""

from mimo_runtime.media.sound import ClipSound, open_sound
from mimo_runtime.templates.folder import SOURCE, Template


def template_sound(template: Template) -> ClipSound | None:
    """What is heard with the frames of `template`, from the first one on; None for nothing.

    Errors as in `open_sound`.
    """
    source = template.streams[SOURCE]
    start_s = source.info.timestamps_s[source.indices[0]]
    duration_s = float(template.frame_count / template.rate_fps)
    return open_sound(source.path, template.limits, start_s, duration_s, template.stop)

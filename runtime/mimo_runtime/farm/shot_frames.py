"""How many frames a shot has, before any of it is made."""

from pathlib import Path
from tempfile import TemporaryDirectory

from mimo_runtime.bundle import shape_from
from mimo_runtime.bundle.opening import open_at_terminal
from mimo_runtime.decomposition.clip import open_driving
from mimo_runtime.decomposition.mixing import mix
from mimo_runtime.farm.frame_numbers import shot_range
from mimo_runtime.farm.shot_file import ShotFile
from mimo_runtime.farm.shot_schema import SETTINGS
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.synthesis.resolved import resolved_settings
from mimo_runtime.templates.folder import open_template
from mimo_runtime.wire.settings import Settings


def frames_of(shot: ShotFile) -> range:
    """The frames of a shot, as indices in its clip.

    Of a driving video they are the most that its template can have: which of its cuts is taken,
    and how long the person stays, is known when it is decomposed.

    Raises:
        InvalidRequestError: the frame range has frames that the clip has not.
        MediaError, TemplateError, BundleError: an input or the bundle cannot be read.
    """
    count = _frame_count(shot, _max_frames(shot))
    return shot_range(shot.options.get("frame_range"), shot.first_frame, count)


def _max_frames(shot: ShotFile) -> int | None:
    """What the rules of the settings take of a clip; the official ones take some alone."""
    options = shot.options
    settings = Settings(**{name: options[name] for name in SETTINGS if name in options})
    bundle = open_at_terminal(options["bundle"], shape_from(options.get("shape")))
    return resolved_settings(settings, bundle.manifest).rules.max_frames


def _frame_count(shot: ShotFile, most: int | None) -> int:
    options = shot.options
    if "driving" in options:
        count = open_driving(options["driving"]).frame_count
        return count if most is None else min(count, most)
    if "template" in options:
        return open_template(options["template"], MediaLimits(), max_frames=most).frame_count
    with TemporaryDirectory(prefix="mimo-mixed-") as temporary:
        template = Path(temporary) / "template"
        mix(options["motion"], options["scene"], template)
        return open_template(template, MediaLimits(), max_frames=most).frame_count

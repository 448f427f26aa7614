"""From a motion file to a motion folder: read, fitted to a body, shaped, seen, drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from mimo_runtime.body.body import Body
from mimo_runtime.body.sdc_info import read_sdc_colours
from mimo_runtime.body.shipped import load_body
from mimo_runtime.body.smpl import SmplModel, read_smpl, smpl_body
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.motions.camera_placement import CameraChoice, place_camera
from mimo_runtime.motions.drawing import OnFrame, draw_motion
from mimo_runtime.motions.files.motion_source import MotionSource, ReadOptions
from mimo_runtime.motions.files.source import read_motion
from mimo_runtime.motions.folder import OFFICIAL, SURFACE
from mimo_runtime.motions.pose_clip import PoseClip
from mimo_runtime.motions.ranges import parse_frames
from mimo_runtime.motions.resample import resample
from mimo_runtime.motions.shaping import Shaping, shaped


@dataclass(frozen=True, slots=True)
class MakeOptions:
    """What to make of a motion file.

    Attributes:
        read: how to read it.
        shaping: how to change it.
        camera, size_px: what sees it, and width and height of the frames.
        rate_fps: of the result.
        frames, seconds: FROM-TO, which part of it, one of them or none; `parse_frames`.
        licence_note: what is known of the right to use it.
        body_model: a SMPL model, on which motions of the SMPL family are placed.
        sdc_info: the official colours of that model; it is drawn then instead of our own body.
        body_shape: of our own body, as in `load_body`.
    """

    read: ReadOptions = field(default_factory=ReadOptions)
    shaping: Shaping = field(default_factory=Shaping)
    camera: CameraChoice = field(default_factory=CameraChoice)
    size_px: tuple[int, int] = (512, 512)
    rate_fps: Fraction = Fraction(30)
    frames: str | None = None
    seconds: str | None = None
    licence_note: str = ""
    body_model: Path | None = None
    sdc_info: Path | None = None
    body_shape: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class PreparedMotion:
    """All that is decided before anything is drawn."""

    clip: PoseClip
    body: Body
    colours: str
    understood: str

    def draw(self, output: Path, on_frame: OnFrame, *, preview: bool = False) -> None:
        """Write the motion folder `output`; see `draw_motion`."""
        draw_motion(output, self.body, self.colours, self.clip, on_frame, preview=preview)


def prepare_motion(file: Path, options: MakeOptions) -> PreparedMotion:
    """Read `file` and fit it to the body that is to be drawn.

    Raises:
        MediaError: it is no motion file of a kind that is read, or damaged.
        LimitExceededError: it is too large.
        InvalidRequestError: options are missing, contradict each other, or leave nothing.
    """
    model = None if options.body_model is None else read_smpl(options.body_model)
    source = read_motion(file, model, options.read)
    body, colours = _body(model, source, options)
    fitted = source.fitted(body.skeleton)
    motion = resample(fitted.motion, options.rate_fps)
    part = parse_frames(
        options.frames, options.seconds, float(options.rate_fps), motion.frame_count
    )
    motion = shaped(motion.cut(part), body.skeleton, options.shaping)
    motion = replace(motion, licence_note=options.licence_note or motion.licence_note)
    # The view is that of the motion before it is turned: it is turned for the viewer.
    azimuth_deg = options.camera.azimuth_deg - options.shaping.turn_deg
    choice = replace(options.camera, azimuth_deg=azimuth_deg)
    cameras = place_camera(motion, body.skeleton, choice, options.size_px)
    clip = PoseClip(motion, body.skeleton, cameras, body.name, options.body_shape)
    return PreparedMotion(clip, body, colours, fitted.understood)


def _body(model: SmplModel | None, source: MotionSource, options: MakeOptions) -> tuple[Body, str]:
    """The body to draw, and which colours it has."""
    if options.sdc_info is None:
        return load_body(options.body_shape), SURFACE
    if model is None:
        raise InvalidRequestError(
            "The official colours are those of a SMPL body; give your body model with them.",
            settings=("body_model",),
        )
    if options.body_shape:
        raise InvalidRequestError(
            "A SMPL body has the shape that the motion's betas say; give a shape only for our own."
        )
    colours = read_sdc_colours(options.sdc_info, len(model.template_m))
    return smpl_body(model, source.betas, colours), OFFICIAL

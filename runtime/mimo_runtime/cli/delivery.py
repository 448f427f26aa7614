"""How a result is delivered: options that render and stitch share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from mimo_runtime.cli.options import ANY_PATH, FILE
from mimo_runtime.delivery.delivery import DELIVERY, AlphaMode, Delivery, MovieFormat, PlateHolds
from mimo_runtime.frame_folder import FrameFormat
from mimo_runtime.wire.settings import FramingPolicy, Settings

Command = TypeVar("Command", bound=Callable[..., Any])


def delivery_options(command: Command) -> Command:
    """Depth, layers, alpha, colour, plate and timecode of what is written."""
    options = (
        click.option("--picture-format", type=click.Choice([each.value for each in FrameFormat]),
                     default=FrameFormat.PNG.value, show_default=True,
                     help="Pictures of an output that is a folder: PNG in sRGB of 8 or 16 bits, "
                     "TIFF of 16 bits, OpenEXR in half or 32-bit float."),
        click.option("--movie-format", type=click.Choice([each.value for each in MovieFormat]),
                     help="Of an output that is a video: h264 or hevc in .mp4 or .mov, prores4444 "
                     "or dnxhr in .mov. Default: h264 in .mp4, prores4444 in .mov."),
        click.option("--alpha", type=click.Choice([each.value for each in AlphaMode]),
                     default=AlphaMode.NONE.value, show_default=True,
                     help="The person alone, with colours multiplied by alpha or not."),
        click.option("--layers", is_flag=True,
                     help="EXR pictures get human, scene, occlusion, matte, motion and, where it "
                     "is known, depth. With --frames: keep them in the shot, for 'mimo stitch'."),
        click.option("--timecode", metavar="HH:MM:SS:FF", help="Of the clip's first frame."),
        click.option("--space", metavar="NAME",
                     help="Colour space of the output: srgb, rec709, lin_rec709, acescg, or one of "
                     "--ocio. Default: lin_rec709 in EXR, else srgb."),
        click.option("--ocio", type=FILE, metavar="CONFIG",
                     help="OpenColorIO configuration that names spaces."),
        click.option("--plate", type=ANY_PATH, metavar="FILE",
                     help="Scene in its own depth: a video, a picture, or NAME.####.exr. Where "
                     "nobody is, its codes are those of the result."),
        click.option("--plate-space", metavar="NAME",
                     help="Colour space of the plate. Default: lin_rec709 of EXR, else srgb."),
        click.option("--plate-first-frame", type=click.IntRange(0), metavar="N",
                     help="Number of the plate's picture for the clip's first frame. Default: that "
                     "of --first-frame."),
        click.option("--plate-holds", type=click.Choice([each.value for each in PlateHolds]),
                     default=PlateHolds.SCENE.value, show_default=True,
                     help="The scene without anybody, or the driving video: where the template has "
                     "replaced the person, its scene is used."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def delivery_from(options: dict[str, Any], first_frame: int) -> Delivery:
    """Take what `delivery_options` gave out of a command's options.

    Raises InvalidRequestError where something is said of a plate, and there is none.
    """
    return Delivery.of({name: options.pop(name) for name in DELIVERY}, first_frame)


def with_layers(delivery: Delivery, output: Path, settings: Settings) -> bool:
    """Whether frames are rendered with their layers; whole frames have none, and 8 bits."""
    if settings.framing is FramingPolicy.WHOLE:
        return delivery.needs_layers
    return delivery.wants_layers(output)

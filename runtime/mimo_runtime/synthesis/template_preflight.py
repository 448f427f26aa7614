"""What a character will be like in a template, told before anything is rendered."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from mimo_runtime.templates.folder import Template
from mimo_runtime.templates.poses import read_clip_poses
from mimo_runtime.wire.poses import EXTRAS

if TYPE_CHECKING:
    from mimo_runtime.characters.figure import Figure
    from mimo_runtime.characters.preflight import Preflight


def template_preflight(
    figure: Callable[[], "Figure | None"], template: Template, network_px: int | None = None
) -> "Preflight | None":
    """The figures, whose `lines` are for people; None without postures or a known body.

    Args:
        figure: gives the character's; asked only where the template has postures.
        template: in which it is to be.
        network_px: side of the square that networks see of it, None without networks.
    """
    poses = read_clip_poses(template.folder / EXTRAS)
    if poses is None or (known := figure()) is None:
        return None
    from mimo_runtime.characters.preflight import preflight

    shown = [index for index in template.source_indices if index < poses.frame_count]
    drawn = ((poses.pose(index), poses.camera(index)) for index in shown if poses.drawn(index))
    return preflight(known, poses.skeleton, drawn, network_px)

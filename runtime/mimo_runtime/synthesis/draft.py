"""A draft: the character's texture on the posed body, in the scene, without any network."""

from collections.abc import Generator
from contextlib import ExitStack, closing

import numpy as np

from mimo_runtime.arrays import Pixels
from mimo_runtime.characters.casting import cast
from mimo_runtime.characters.figure import Figure
from mimo_runtime.characters.person_layer import draw_person
from mimo_runtime.characters.skirt import texture_corners
from mimo_runtime.synthesis.composition import Layers
from mimo_runtime.synthesis.layer_composition import compose_layer
from mimo_runtime.synthesis.request import OutputFormat, OutputFrame
from mimo_runtime.templates.folder import OCCLUSION, SCENE, SOURCE, Template
from mimo_runtime.templates.poses import template_poses
from mimo_runtime.wire.progress import OnProgress, Progress


class Draft:
    """The frames of `figure` in `template`, drawn when they are asked for.

    Raises TemplateError, MediaError or UnsupportedError where the template has no postures that
    the figure can take.
    """

    def __init__(self, figure: Figure, template: Template, on_progress: OnProgress) -> None:
        self._template = template
        self._on_progress = on_progress
        self._poses = template_poses(template)
        self._cast = cast(figure, self._poses.skeleton)
        self._drawn = [i for i in template.source_indices if self._poses.drawn(i)]
        self._cast = self._cast.seen_at(self._tallest_px())
        self._corners = texture_corners()
        size_px = template.width_px, template.height_px
        self.output = OutputFormat(*size_px, template.rate_fps, template.frame_count)

    def frames(self, chosen: range | None = None) -> Generator[OutputFrame]:
        """Each frame in turn, of `chosen` alone where that is given.

        Raises MediaError where a stream of the template is damaged.
        """
        drawn, wanted = set(self._drawn), chosen or range(self.output.frame_count)
        with closing(self._pictures(wanted)) as pictures:
            for index, layers in zip(wanted, pictures, strict=True):
                number = self._template.source_indices[index]
                rgb = self._frame(number if number in drawn else None, layers)
                yield OutputFrame(index, float(index / self._template.rate_fps), rgb)
                done = index + 1 - wanted.start
                self._on_progress(Progress("frames", done, len(wanted)))

    def _frame(self, number: int | None, layers: Layers) -> Pixels:
        if number is None:
            return compose_layer(np.zeros((1, 1, 4), np.float32), 0, 0, layers)
        pose, camera = self._poses.pose(number), self._poses.camera(number)
        person = draw_person(self._cast, self._corners, pose, camera)
        return compose_layer(person.rgba, person.left, person.top, layers)

    def _tallest_px(self) -> float:
        return max(
            (self._cast.height_px(self._poses.pose(i), self._poses.camera(i)) for i in self._drawn),
            default=1.0,
        )

    def _pictures(self, frames: range) -> Generator[Layers]:
        """Per frame the template's pictures, valid until the next one is asked for."""
        template = self._template
        names = (SCENE, SOURCE, OCCLUSION) if OCCLUSION in template.streams else (SCENE,)
        with ExitStack() as open_streams:
            streams = [
                open_streams.enter_context(closing(template.frames(name, frames))) for name in names
            ]
            for _ in frames:
                scene, *front = (next(stream) for stream in streams)
                yield Layers(scene, front[0], front[1][..., 0]) if front else Layers(scene)

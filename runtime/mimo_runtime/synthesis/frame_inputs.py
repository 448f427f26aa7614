"""What a stream reads of each frame of its clip: for the networks, and for the finished frame."""

from typing import Protocol

from mimo_runtime.arrays import Pixels
from mimo_runtime.planning.crops import CropSegment
from mimo_runtime.synthesis.clip_frames import KEPT_FRAMES, ClipFrames
from mimo_runtime.synthesis.crop import BLACK, WHITE
from mimo_runtime.synthesis.framing import Framing
from mimo_runtime.templates.folder import MOTION, OCCLUSION, SCENE, SOURCE, Template


class FrameInputs(Protocol):
    """One source of frames. Each method is asked for rising frames of the clip."""

    def look(self, frame: int) -> Pixels:
        """The motion frame in which the person is looked for, before anything else is read."""

    def shown(self, frame: int, segment: CropSegment) -> tuple[Pixels, Pixels]:
        """Motion and scene as the networks see them, uint8 [side, side, 3] each."""

    def layers(self, frame: int) -> tuple[Pixels, ...]:
        """The pictures that finishing the frame needs, as the framing names them."""

    def apart(self, frame: int) -> tuple[Pixels, Pixels, Pixels, Pixels | None]:
        """Scene, driving video, drawn motion and what covers of it, for layers of the frame."""

    def close(self) -> None:
        """Let go of what is open."""


class TemplateInputs:
    """The frames of a template, each decoded once where memory allows it."""

    def __init__(self, template: Template, framing: Framing) -> None:
        self._framing = framing
        long = template.frame_count > KEPT_FRAMES  # all of the motion is looked at first
        kept = {MOTION: 0 if long else KEPT_FRAMES, SCENE: KEPT_FRAMES}
        names = (MOTION, SCENE, *(name for name in framing.layers if name != SCENE))
        if SCENE not in framing.layers:
            kept[SCENE] = 0
        self._streams = {name: ClipFrames(template, name, kept.get(name, 0)) for name in names}
        self._apart: dict[str, ClipFrames] = {}
        self._template = template
        try:
            self._begin()
        except BaseException:
            self.close()
            raise

    def _begin(self) -> None:
        """Start decoders side by side, while the motion is looked at."""
        for name, frames in self._streams.items():
            if name != MOTION:
                frames.begin(early=name == SCENE)

    def look(self, frame: int) -> Pixels:
        """The motion frame."""
        return self._streams[MOTION].early(frame)

    def shown(self, frame: int, segment: CropSegment) -> tuple[Pixels, Pixels]:
        """Motion on black and scene on white, cropped alike."""
        motion, scene = self._streams[MOTION].late(frame), self._streams[SCENE].early(frame)
        cut = self._framing.cut
        return cut(motion, segment.crop, BLACK), cut(scene, segment.crop, WHITE)

    def layers(self, frame: int) -> tuple[Pixels, ...]:
        """The pictures of the framing's layers."""
        return tuple(self._streams[name].late(frame) for name in self._framing.layers)

    def apart(self, frame: int) -> tuple[Pixels, Pixels, Pixels, Pixels | None]:
        """Decoded once more, since few ask for it."""
        if not self._apart:
            names = (SCENE, SOURCE, MOTION, OCCLUSION)
            streams = self._template.streams
            self._apart = {n: ClipFrames(self._template, n, 0) for n in names if n in streams}
        scene, source, motion, *front = (each.late(frame) for each in self._apart.values())
        return scene, source, motion, front[0][..., 0] if front else None

    def close(self) -> None:
        """End the decoders."""
        for stream in (*self._streams.values(), *self._apart.values()):
            stream.close()

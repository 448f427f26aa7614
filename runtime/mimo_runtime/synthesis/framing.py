"""What the networks are shown of each frame, and how what they paint becomes the result."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from mimo_runtime.arrays import Floats, Pixels
from mimo_runtime.bundle import Manifest
from mimo_runtime.errors import UnsupportedError
from mimo_runtime.planning.crops import CropSegment, plan_crop_segments
from mimo_runtime.planning.pixel_rect import PixelRect
from mimo_runtime.planning.rules import Rules
from mimo_runtime.synthesis.composition import (
    DecodedCrop,
    Layers,
    compose_frame,
    feathered_layer,
    picture_to_uint8,
)
from mimo_runtime.synthesis.crop import cut_square
from mimo_runtime.synthesis.feather import default_feather_masks
from mimo_runtime.synthesis.layer_composition import compose_crops, fitted, painted
from mimo_runtime.synthesis.matting import on_white, prepare_character
from mimo_runtime.synthesis.person import person_box
from mimo_runtime.synthesis.request import SynthesisRequest
from mimo_runtime.synthesis.resolved import ResolvedSettings
from mimo_runtime.templates.folder import OCCLUSION, SCENE, SOURCE
from mimo_runtime.wire.settings import FramingPolicy

if TYPE_CHECKING:
    from mimo_runtime.characters.figure import Figure

FindPeople = Callable[[Callable[[Pixels], PixelRect | None]], list[PixelRect | None]]


class Framing(Protocol):
    """How one request's frames are cut and finished."""

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the finished frames."""

    @property
    def layers(self) -> tuple[str, ...]:
        """The template's streams that finishing a frame needs."""

    def character(self) -> Pixels:
        """The character as the networks see it, uint8 [height, width, 3]."""

    def segments(self, find: FindPeople) -> tuple[CropSegment, ...]:
        """Consecutive frames that are cropped alike; `find` looks at every motion frame."""

    def cut(self, frame: Pixels, crop: PixelRect, grey: int) -> Pixels:
        """What of a frame is shown to the networks."""

    def finish(self, crops: Sequence[DecodedCrop], pictures: Sequence[Pixels]) -> Pixels:
        """The finished frame, uint8 [height, width, 3]; `pictures` are those of `layers`."""

    def human(self, crops: Sequence[DecodedCrop]) -> tuple[Floats, int, int]:
        """What was painted, before it goes into the scene: as `painted` gives it."""


class PersonFraming:
    """The square around the person; the result goes back into the scene, behind the occluder."""

    def __init__(self, request: SynthesisRequest, rules: Rules) -> None:
        self._request = request
        self._rules = rules
        self._feather = request.feather or default_feather_masks()
        self.size_px = (request.template.width_px, request.template.height_px)
        occluded = OCCLUSION in request.template.streams
        self.layers = (SCENE, SOURCE, OCCLUSION) if occluded else (SCENE,)

    def character(self) -> Pixels:
        """Matted onto white, cropped, padded to a square."""
        return prepare_character(self._request.character, self._request.matte)

    def segments(self, find: FindPeople) -> tuple[CropSegment, ...]:
        """Clips in which the person's box changes little."""
        return plan_crop_segments(find(person_box), *self.size_px, self._rules)

    def cut(self, frame: Pixels, crop: PixelRect, grey: int) -> Pixels:
        """The crop, padded to a square."""
        return cut_square(frame, crop, grey)

    def finish(self, crops: Sequence[DecodedCrop], pictures: Sequence[Pixels]) -> Pixels:
        """Scene, person, occluder."""
        scene, *front = pictures
        layers = Layers(scene, front[0], front[1][..., 0]) if front else Layers(scene)
        return compose_frame(crops, layers, self._feather, self._rules)

    def human(self, crops: Sequence[DecodedCrop]) -> tuple[Floats, int, int]:
        """The squares, faded at their sides."""
        return painted(
            crops, lambda crop: feathered_layer(crop, self.size_px, self._feather, self._rules)
        )


class HumanFraming(PersonFraming):
    """The square around the person; the layer that is painted goes between scene and occluder."""

    def __init__(self, request: SynthesisRequest, rules: Rules, figure: "Figure") -> None:
        super().__init__(request, rules)
        self._figure = figure

    def character(self) -> Pixels:
        """The prepared picture, on white."""
        return on_white(self._figure.picture, None)

    def finish(self, crops: Sequence[DecodedCrop], pictures: Sequence[Pixels]) -> Pixels:
        """Scene, layer, occluder."""
        scene, *front = pictures
        layers = Layers(scene, front[0], front[1][..., 0]) if front else Layers(scene)
        return compose_crops(crops, layers)

    def human(self, crops: Sequence[DecodedCrop]) -> tuple[Floats, int, int]:
        """The layer."""
        return painted(crops, fitted)


class WholeFraming:
    """Whole frames in, whole frames out: the diffusion pipeline alone, without composition."""

    def __init__(self, request: SynthesisRequest, rules: Rules, manifest: Manifest) -> None:
        self._request = request
        self._rules = rules
        self.size_px = (manifest.width_px, manifest.height_px)
        self.layers: tuple[str, ...] = ()

    def character(self) -> Pixels:
        """The picture as it is, on white where it has a matte."""
        return on_white(self._request.character, self._request.matte)

    def segments(self, find: FindPeople) -> tuple[CropSegment, ...]:  # noqa: ARG002
        """One for the whole clip."""
        template = self._request.template
        everything = PixelRect(0, template.width_px, 0, template.height_px)
        return (CropSegment(tuple(range(template.frame_count)), everything, everything),)

    def cut(self, frame: Pixels, crop: PixelRect, grey: int) -> Pixels:  # noqa: ARG002
        """The frame as it is."""
        return frame

    def finish(self, crops: Sequence[DecodedCrop], pictures: Sequence[Pixels]) -> Pixels:  # noqa: ARG002
        """What the networks painted."""
        (crop,) = crops
        return picture_to_uint8(crop.decoded, self._rules)

    def human(self, crops: Sequence[DecodedCrop]) -> tuple[Floats, int, int]:
        """All of it, opaque."""
        (crop,) = crops
        picture = crop.decoded.transpose(1, 2, 0)
        return np.concatenate([picture, np.ones_like(picture[..., :1])], axis=2), 0, 0


def framing_of(
    request: SynthesisRequest,
    settings: ResolvedSettings,
    manifest: Manifest,
    figure: "Figure | None" = None,
) -> Framing:
    """The framing that the settings ask for; `figure` for a bundle that paints humans.

    Raises UnsupportedError where the bundle cannot be shown frames in that way.
    """
    without_crops = settings.framing is FramingPolicy.WHOLE
    if figure is not None:
        if without_crops:
            raise UnsupportedError(
                "The framing 'whole' shows what a bundle paints and nothing else, and this bundle "
                "paints a person without a scene; use the framing 'person'."
            )
        return HumanFraming(request, settings.rules, figure)
    if without_crops and request.layers:
        raise UnsupportedError(
            "Layers are of a person in a scene, and the framing 'whole' has neither; use the "
            "framing 'person'."
        )
    if without_crops:
        return WholeFraming(request, settings.rules, manifest)
    return PersonFraming(request, settings.rules)

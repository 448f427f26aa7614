"""What cannot be delivered, told before the work."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mimo_runtime.delivery.delivery import EXR, AlphaMode, Delivery, MovieFormat, delivered_kind
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.frame_folder import FrameFormat
from mimo_runtime.wire.kinds import OutputKind

_LIBRARIES: Final = {
    "OpenEXR": ("EXR pictures", "OpenEXR"),
    "OpenImageIO": ("16-bit pictures and plates of pictures", "OpenImageIO"),
    "PyOpenColorIO": ("This colour conversion", "OpenColorIO"),
}


def check_contradictions(output: Path, delivery: Delivery) -> None:
    """Refuse what nothing could make `output`. Raises InvalidRequestError: it says why."""
    for sentence in _contradictions(output, delivery):
        raise InvalidRequestError(sentence)


def check_delivery(output: Path, delivery: Delivery) -> None:
    """Refuse what cannot become `output` here. Raises InvalidRequestError: it says why."""
    check_contradictions(output, delivery)
    for library in _libraries(output, delivery):
        if importlib.util.find_spec(library) is None:
            needs, package = _LIBRARIES[library]
            raise InvalidRequestError(
                f"{needs} need the library {package}; install it with 'pip install {package}', or "
                "have 8-bit pictures in sRGB written."
            )


def _contradictions(output: Path, delivery: Delivery) -> Iterator[str]:
    pictures, alpha = delivery.pictures, delivery.alpha
    if delivered_kind(output) is OutputKind.VIDEO:
        movie, suffix = delivery.movie_of(output), output.suffix.lower()
        kind = "EXR" if pictures in EXR else pictures.value
        its = f"the output '{output}' is a video; name a folder."
        if pictures is not FrameFormat.PNG:
            yield f"{kind} pictures are asked for, and {its}"
        if movie in (MovieFormat.PRORES, MovieFormat.DNXHR) and suffix != ".mov":
            yield f"{movie.value} goes into .mov, and the output is '{output}'; name a .mov file."
        if alpha is not AlphaMode.NONE and movie is not MovieFormat.PRORES:
            yield f"{movie.value} has no alpha; choose prores4444 in a .mov file, or pictures."
        if delivery.layers:
            yield f"Layers go into EXR pictures, and {its}"
        return
    if delivery.movie is not None:
        yield f"{delivery.movie.value} is asked for, and '{output}' is a folder; name a video file."
    if delivery.layers and pictures not in EXR:
        yield f"Layers go into EXR pictures, not {pictures.value}; choose exr or exr32."
    if delivery.layers and alpha is not AlphaMode.NONE:
        yield "Layers hold the person's alpha already; ask for layers or for alpha."
    if alpha is AlphaMode.PREMULTIPLIED and pictures in (FrameFormat.PNG, FrameFormat.PNG16):
        yield "PNG keeps straight alpha; ask for that, or for tiff16 or exr."
    if alpha is AlphaMode.STRAIGHT and pictures in EXR:
        yield "EXR keeps premultiplied alpha; ask for that, or for png16 or tiff16."


def _libraries(output: Path, delivery: Delivery) -> Iterator[str]:
    if delivered_kind(output) is OutputKind.LOSSLESS:
        if delivery.pictures in EXR:
            yield "OpenEXR"
        elif delivery.pictures is not FrameFormat.PNG:
            yield "OpenImageIO"
    plate = delivery.plate
    if plate is not None and not plate.is_movie:
        yield "OpenImageIO"
    plain = {None, "srgb", "lin_rec709"}
    if delivery.ocio or {delivery.space, plate.space if plate else None} - plain:
        yield "PyOpenColorIO"

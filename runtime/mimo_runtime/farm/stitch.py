"""The segments of a shot become one result, each frame compared with what its worker wrote."""

from collections.abc import Callable, Generator
from pathlib import Path

from mimo_runtime.delivery.delivery import Delivery
from mimo_runtime.delivery.feasibility import check_delivery
from mimo_runtime.delivery.finisher import DeliveredClip
from mimo_runtime.delivery.layer_file import read_layers
from mimo_runtime.errors import InvalidRequestError, MediaError
from mimo_runtime.farm.result import ResultExtras, write_result
from mimo_runtime.farm.shot_folder import ShotFolder
from mimo_runtime.files import file_hash, read_input
from mimo_runtime.media.picture import decode_png
from mimo_runtime.media.sound import read_wav
from mimo_runtime.planning.frame_runs import runs_of
from mimo_runtime.provenance.marking import Marking, Stamp
from mimo_runtime.provenance.recipe import Recipe, note_of
from mimo_runtime.synthesis.request import OutputFrame

PLAIN = Delivery()


def stitch(
    folder: ShotFolder,
    output: Path,
    on_frame: Callable[[int, int], None],
    delivery: Delivery = PLAIN,
    marking: Marking | None = None,
) -> int:
    """Join all frames of a shot in `output`, as `open_delivery` takes it; returns how many.

    It is what a render of the whole shot writes there. `on_frame` hears how many of how many are
    done. `marking` signs and marks the result, the pieces of which are neither.

    Raises:
        MediaError: frames are missing, or are not what was written; a plate cannot be read.
        InvalidRequestError, ResourceError: `output` cannot be written, or needs layers that the
            shot does not keep.
    """
    check_delivery(output, delivery)
    _check_layers(folder, delivery)
    check_shot(folder)
    shot = folder.shot
    first = decode_png(read_input(folder.frame_file(shot.frames[0])))
    height_px, width_px = first.shape[:2]
    clip = DeliveredClip((width_px, height_px), shot.rate_fps, shot.frames)
    sound = read_wav(folder.sound_file) if folder.sound_file.is_file() else None
    with_layers = shot.layers and delivery.wants_layers(output)
    recipe, seal, stamp = shot.recipe, None, Stamp()
    if marking:
        seal, stamp = marking.of_result(recipe, _inputs(recipe), clip.size_px)
    note = note_of(recipe.delivered(delivery.asked()))
    extras = ResultExtras(note, sound, seal, stamp)
    write_result(output, delivery, clip, _made(folder, with_layers, on_frame), extras)
    return len(shot.frames)


def _made(
    folder: ShotFolder, with_layers: bool, on_frame: Callable[[int, int], None]
) -> Generator[OutputFrame]:
    """The frames of a shot as their workers wrote them."""
    shot = folder.shot
    for index in shot.frames:
        layers = read_layers(folder.layer_file(index)) if with_layers else None
        rgb = decode_png(read_input(folder.frame_file(index)))
        yield OutputFrame(index, float(index / shot.rate_fps), rgb, layers=layers)
        on_frame(index - shot.frames[0] + 1, len(shot.frames))


def _check_layers(folder: ShotFolder, delivery: Delivery) -> None:
    if delivery.needs_layers and not folder.shot.layers:
        raise InvalidRequestError(
            f"'{folder.path}' keeps no layers, of which alpha, layers and plates are made; render "
            "the shot anew with layers, or have whole frames written."
        )


def check_shot(folder: ShotFolder) -> None:
    """Compare every file of a shot's frames with the hashes of its segments.

    Raises:
        MediaError: frames are missing or damaged, or two segments do not agree; it says which
            command makes them again.
    """
    hashes: dict[str, str] = {}
    for segment, files in folder.finished_files():
        for name, sha256 in files.items():
            if hashes.setdefault(name, sha256) != sha256:
                raise MediaError(
                    f"Two segments of '{folder.path}' hold {name}, and segment {segment} made it "
                    "differently, as other machines may; remove that segment's file and "
                    "render its frames again."
                )
    wrong = [index for index in folder.shot.frames if not folder.is_whole(index, hashes)]
    if wrong:
        numbers = ", ".join(folder.numbers(run) for run in runs_of(wrong))
        raise MediaError(
            f"The frames {numbers} of '{folder.path}' are not rendered or not as they were "
            "written; render those segments again, with the same command."
        )


def _inputs(recipe: Recipe) -> dict[str, Path]:
    """The character, where it still lies where the shot was begun and is the same."""
    path = Path(recipe.asked.get("character", ""))
    same = path.is_file() and file_hash(path) == recipe.inputs.get("character")
    return {"character": path} if same else {}

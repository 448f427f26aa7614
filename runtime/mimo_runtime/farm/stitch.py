"""The segments of a shot become one result, each frame compared with what its worker wrote."""

from collections.abc import Callable
from pathlib import Path

from mimo_runtime.errors import MediaError
from mimo_runtime.farm.frame_numbers import runs_of
from mimo_runtime.farm.record import note_of
from mimo_runtime.farm.shot_folder import ShotFolder
from mimo_runtime.files import read_input
from mimo_runtime.frame_folder import FrameFiles, FrameFormat
from mimo_runtime.media.picture import decode_png
from mimo_runtime.media.sink import check_frame_format, open_sink
from mimo_runtime.media.sound import read_wav


def stitch(
    folder: ShotFolder,
    output: Path,
    on_frame: Callable[[int, int], None],
    form: FrameFormat = FrameFormat.PNG,
) -> int:
    """Join all frames of a shot in `output`, as `open_sink` takes it; returns how many.

    It is what a render of the whole shot writes there. `on_frame` hears how many of how many are
    done; `form` is that of pictures in a folder.

    Raises:
        MediaError: frames are missing, or are not what was written.
        InvalidRequestError, ResourceError: `output` cannot be written.
    """
    check_frame_format(output, form)
    check_shot(folder)
    count = folder.shot.frame_count
    first = decode_png(read_input(folder.frame_file(0)))
    height_px, width_px = first.shape[:2]
    note = note_of(folder.shot.recipe)
    sound = read_wav(folder.sound_file) if folder.sound_file.is_file() else None
    size_px, rate_fps = (width_px, height_px), folder.shot.rate_fps
    files = FrameFiles(form, folder.shot.first_frame)
    with open_sink(output, *size_px, rate_fps, note, sound, files) as sink:
        for index in range(count):
            sink.write(index, decode_png(read_input(folder.frame_file(index))))
            on_frame(index + 1, count)
    return count


def check_shot(folder: ShotFolder) -> None:
    """Compare every frame of a shot with the hashes of its segments.

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
    wrong = [
        index
        for index in range(folder.shot.frame_count)
        if folder.hash_of_frame(index) != hashes.get(folder.frame_file(index).name, "")
    ]
    if wrong:
        numbers = ", ".join(folder.numbers(run) for run in runs_of(wrong))
        raise MediaError(
            f"The frames {numbers} of '{folder.path}' are not rendered or not as they were "
            "written; render those segments again, with the same command."
        )

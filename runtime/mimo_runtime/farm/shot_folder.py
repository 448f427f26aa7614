"""A shot on a disk that many machines share: a folder of frames, and what they are of.

shot.json                    the recipe, the rate, how many frames there are and their numbers
frames/frame.0001.png        one a frame, whole as soon as it has its name
frames/frame.0001.npz        what it was put together of, where that is kept
segments/0001-0012.json      of a finished segment: the SHA-256 of each of its frames
sound.wav                    what is heard with all of them, where there is something
.work-*/                     of workers that are at it; those of killed ones go at the next start
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.farm.shot import Shot
from mimo_runtime.files import file_hash, sync_folder, write_errors, write_synced, write_whole
from mimo_runtime.planning.frame_runs import numbers_of
from mimo_runtime.work_folder import refuse_other_files, work_folder

FORMAT: Final = 1
RECORD, FRAMES, SEGMENTS, SOUND = "shot.json", "frames", "segments", "sound.wav"


class ShotFolder:
    """The folder at `path` of a `shot`; made by `begin_shot` or `open_shot`."""

    def __init__(self, path: Path, shot: Shot) -> None:
        self.path = path
        self.shot = shot

    def frame_file(self, index: int) -> Path:
        """The file of a frame, by its index from 0."""
        return self.path / FRAMES / f"frame.{index + self.shot.first_frame:04d}.png"

    def layer_file(self, index: int) -> Path:
        """What a frame was put together of, where the shot keeps that."""
        return self.frame_file(index).with_suffix(".npz")

    def files_of(self, index: int) -> tuple[Path, ...]:
        """All files of a frame."""
        layers = (self.layer_file(index),) if self.shot.layers else ()
        return (self.frame_file(index), *layers)

    @property
    def sound_file(self) -> Path:
        """What is heard with all frames; it is there where there is something."""
        return self.path / SOUND

    def numbers(self, frames: range) -> str:
        """The numbers of frames in words."""
        return numbers_of(frames, self.shot.first_frame)

    def is_finished(self, frames: range) -> bool:
        """Whether a segment is there, with every frame as it was written."""
        hashes = self._read_segment(self._segment_file(frames))
        return hashes is not None and all(self.is_whole(index, hashes) for index in frames)

    def is_whole(self, index: int, hashes: Mapping[str, str]) -> bool:
        """Whether the files of a frame are there, as `hashes` say by their names."""
        try:
            return all(file_hash(path) == hashes.get(path.name) for path in self.files_of(index))
        except FileNotFoundError:
            return False

    def finish_segment(self, frames: range, hashes: Mapping[str, str], work: Path) -> None:
        """Say that all frames of a segment are written; `work` is the worker's folder."""
        content = {
            "format": FORMAT,
            "frames": [index + self.shot.first_frame for index in (frames[0], frames[-1])],
            "recipe_sha256": self.shot.recipe.digest,
            "files": dict(hashes),
        }
        data = json.dumps(content, indent=1).encode() + b"\n"
        with write_errors(self.path):
            sync_folder(self.path / FRAMES)
            write_whole(self._segment_file(frames), data, work)
            sync_folder(self.path / SEGMENTS)

    def finished_files(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        """The name and the hashes of every segment that was finished."""
        for path in sorted((self.path / SEGMENTS).glob("*.json")):
            if (hashes := self._read_segment(path)) is not None:
                yield path.stem, hashes

    def _segment_file(self, frames: range) -> Path:
        first, last = (index + self.shot.first_frame for index in (frames[0], frames[-1]))
        return self.path / SEGMENTS / f"{first:04d}-{last:04d}.json"

    def _read_segment(self, path: Path) -> Mapping[str, str] | None:
        """What a segment's file says; None where it is missing, damaged or of another recipe."""
        try:
            content = json.loads(path.read_bytes())
            if content["recipe_sha256"] == self.shot.recipe.digest:
                return dict(content["files"])
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return None


def begin_shot(path: Path, shot: Shot) -> ShotFolder:
    """The folder of a shot, new or with what of it is already there.

    Raises:
        InvalidRequestError: it holds another shot or other files, or cannot be written.
        ResourceError: the disk is full.
    """
    with write_errors(path):
        path.mkdir(parents=True, exist_ok=True)
        if not (path / RECORD).is_file():
            refuse_other_files(path, _is_ours, "part of a shot")
            _write_record(path, shot)
    folder = open_shot(path)
    _check_same(path, folder.shot, shot)
    with write_errors(path):
        for name in (FRAMES, SEGMENTS):
            (path / name).mkdir(exist_ok=True)
    return folder


def open_shot(path: Path) -> ShotFolder:
    """The folder of a shot that was begun. Raises InvalidRequestError where it is none."""
    try:
        return ShotFolder(path, Shot.from_values(json.loads((path / RECORD).read_bytes())))
    except OSError as error:
        raise InvalidRequestError(
            f"'{path}' is no folder of a shot: {RECORD} cannot be read ({error.strerror}); give "
            "one into which 'mimo render --frames' has written."
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidRequestError(
            f"{path / RECORD} is damaged: {error!r}; remove the folder and render the shot again."
        ) from None


def _write_record(path: Path, shot: Shot) -> None:
    """Write shot.json, unless another worker was quicker."""
    data = json.dumps(shot.to_values(), indent=1).encode() + b"\n"
    with work_folder(path) as work:
        written = work / RECORD
        write_synced(written, data)
        try:
            os.link(written, path / RECORD)
        except FileExistsError:
            return
        except OSError:  # a file system without hard links
            written.replace(path / RECORD)
        sync_folder(path)


def _check_same(path: Path, there: Shot, asked: Shot) -> None:
    differences = list(there.recipe.differences(asked.recipe))
    if there.first_frame != asked.first_frame:
        differences.append(
            f"number of the first frame ({there.first_frame}, now {asked.first_frame})"
        )
    if there.frames != asked.frames:
        numbers = (numbers_of(shot.frames, shot.first_frame) for shot in (there, asked))
        differences.append("frames of the shot ({}, now {})".format(*numbers))
    if there.layers != asked.layers:
        differences.append(f"layers ({'kept' if there.layers else 'none'})")
    if differences:
        raise InvalidRequestError(
            f"'{path}' holds frames of another render, which differs in {', '.join(differences)}; "
            "choose another folder, or remove that one."
        )


def _is_ours(name: str) -> bool:
    return name in (RECORD, FRAMES, SEGMENTS, SOUND) or name.startswith(".")

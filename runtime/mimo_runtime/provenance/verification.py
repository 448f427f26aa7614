"""What a file says of itself, and whether that holds."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from mimo_runtime.errors import MediaError
from mimo_runtime.files import read_input
from mimo_runtime.provenance.certificate import DEVELOPMENT
from mimo_runtime.provenance.manifest import RECIPE_LABEL
from mimo_runtime.provenance.mark import Finding
from mimo_runtime.provenance.mark_scheme import LUMA, Reader, scheme_of
from mimo_runtime.provenance.recipe import Recipe
from mimo_runtime.provenance.signer import MEDIA_TYPES, SETTINGS, require_c2pa
from mimo_runtime.wire.kinds import MANIFEST_SUFFIX

MARKED_FRAMES = 64  # that are looked at; each says the same again


class Trust(StrEnum):
    """What a signature is worth."""

    NONE = "none"
    CHANGED = "changed"
    WHOLE = "whole"
    TRUSTED = "trusted"


@dataclass(frozen=True, slots=True)
class Signature:
    """A C2PA signature of a file.

    Attributes:
        trust: what it is worth.
        signer: the name in the certificate.
        problems: codes of what does not hold.
        time: when an authority says it was signed; "" where none was asked.
        recipe: what the file was made of, where it was made by this program.
        inputs: whether each input that is named brought a manifest of its own.
    """

    trust: Trust
    signer: str = ""
    problems: tuple[str, ...] = ()
    time: str = ""
    recipe: Recipe | None = None
    inputs: Mapping[str, bool] | None = None

    @property
    def is_development(self) -> bool:
        """Whether anybody could have made it with this program."""
        return self.signer == DEVELOPMENT


def signature_of(path: Path, anchors: Path | None = None) -> Signature:
    """The signature of a video or picture; `anchors` (PEM) are authorities that are trusted.

    It is in the file, or lies beside it under the ending .c2pa.

    Raises:
        UnsupportedError: the library is not installed.
        MediaError: the file, or the anchors, cannot be read.
    """
    c2pa = require_c2pa()
    settings: dict[str, Any] = dict(SETTINGS)
    if anchors is not None:
        settings["trust"] = {"trust_anchors": read_input(anchors).decode()}
    kind = MEDIA_TYPES.get(path.suffix.lower())
    if kind is None:
        return Signature(Trust.NONE)
    try:
        with path.open("rb") as file:
            context = c2pa.Context.from_dict(settings)
            reader = c2pa.Reader(kind, file, manifest_data=_beside(path, kind), context=context)
            store = json.loads(reader.json())
            state = reader.get_validation_state()
    except c2pa.C2paError.ManifestNotFound:
        return Signature(Trust.NONE)
    except (c2pa.C2paError, OSError) as error:
        raise MediaError(f"'{path}' cannot be read: {error}; give a whole file.") from error
    return _signature(store, state)


def mark_of(path: Path, key: bytes, scheme: str = LUMA) -> Finding:
    """What the first frames of a video or picture say of a mark.

    Raises:
        MediaError: the file cannot be read.
        InvalidRequestError: there is no such scheme.
    """
    import av

    marks = scheme_of(scheme)
    reader: Reader | None = None
    try:
        with av.open(str(path)) as container:
            for index, frame in enumerate(container.decode(video=0)):
                luma = np.asarray(frame.to_ndarray(format="gray"), np.uint8)
                if reader is None:
                    reader = marks.reader(key, frame.width, frame.height)
                reader.take(luma)
                if index + 1 == MARKED_FRAMES:
                    break
    except (av.FFmpegError, OSError, ValueError, IndexError) as error:
        raise MediaError(f"'{path}' cannot be read: {error}; give a whole file.") from error
    if reader is None:
        raise MediaError(f"'{path}' has no frames; give a video or a picture.")
    return reader.finding()


def _beside(path: Path, kind: str) -> bytes | None:
    """The manifest that lies beside a video in fragments. Raises OSError."""
    manifest = path.with_suffix(MANIFEST_SUFFIX)
    return manifest.read_bytes() if kind.startswith("video/") and manifest.is_file() else None


def _signature(store: Mapping[str, Any], state: str | None) -> Signature:
    manifest = store["manifests"][store["active_manifest"]]
    info = manifest.get("signature_info", {})
    problems = tuple(
        each["code"]
        for each in store.get("validation_status", ())
        if each["code"] != "signingCredential.untrusted"
    )
    trust = {"Trusted": Trust.TRUSTED, "Valid": Trust.WHOLE}.get(state or "", Trust.CHANGED)
    recipes = [each["data"] for each in manifest["assertions"] if each["label"] == RECIPE_LABEL]
    inputs = {
        str(each.get("title", "")): "active_manifest" in each
        for each in manifest.get("ingredients", ())
    }
    return Signature(
        trust,
        str(info.get("common_name", info.get("issuer", ""))),
        problems,
        str(info.get("time", "")),
        Recipe.from_values(recipes[0]) if recipes else None,
        inputs,
    )

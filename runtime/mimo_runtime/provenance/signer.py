"""Signs files by C2PA; nothing is asked of the network but a time stamp, where that is wanted."""

import io
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from mimo_runtime.errors import InvalidRequestError, MimoError, ResourceError, UnsupportedError
from mimo_runtime.files import read_input
from mimo_runtime.provenance.certificate import SigningPair, development_pair
from mimo_runtime.provenance.manifest import ingredient_of, manifest_of
from mimo_runtime.provenance.options import ProvenanceOptions
from mimo_runtime.provenance.recipe import Recipe

SETTINGS: Final = {
    "builder": {"thumbnail": {"enabled": False}},  # which would be a face beside every signature
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
}
MEDIA_TYPES: Final = {
    ".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp",
    ".mp4": "video/mp4", ".mov": "video/quicktime", ".avi": "video/x-msvideo",
}  # fmt: skip


def require_c2pa() -> Any:
    """The module of c2pa-python. Raises UnsupportedError where it is not installed."""
    try:
        import c2pa
    except ImportError as error:
        raise UnsupportedError(
            f"Signatures need a library that is not installed ({error.name}); add it by "
            "pip install 'mimo-runtime[provenance]'."
        ) from error
    return c2pa


class Signer:
    """A key and what signs with it; from any thread.

    Raises:
        UnsupportedError: the library is not installed.
        InvalidRequestError: certificate or key cannot be used.
    """

    def __init__(self, options: ProvenanceOptions) -> None:
        self._c2pa = c2pa = require_c2pa()
        self.is_development = options.signing_key is None
        pair = development_pair() if self.is_development else _operators(options)
        info = c2pa.C2paSignerInfo(
            alg=pair.algorithm.encode(),
            sign_cert=pair.certificates,
            private_key=pair.key,
            ta_url=options.time_stamp_url.encode() or None,
        )
        self._context = c2pa.Context.from_dict(SETTINGS)
        try:
            self._signer = c2pa.Signer.from_info(info)
            self._try()
        except c2pa.C2paError as error:
            raise InvalidRequestError(
                f"Nothing can be signed with {options.signing_certificate} and "
                f"{options.signing_key}: {error}; give a certificate for e-mail or documents, "
                "with those above it, and its key, both in PEM."
            ) from error

    def seal(
        self, recipe: Recipe, inputs: Mapping[str, Path], payload: int | None = None
    ) -> "C2paSeal":
        """What signs the results of a recipe; the manifests of `inputs` are kept in theirs.

        `payload` is what their pixels are marked with.
        """
        manifest = manifest_of(recipe, payload)
        return C2paSeal(self._c2pa, self._signer, self._context, manifest, inputs)

    def _try(self) -> None:
        """Sign a pixel, so that a pair which cannot sign is told of before the work."""
        from PIL import Image

        buffer = io.BytesIO()
        Image.new("L", (1, 1)).save(buffer, "PNG")
        builder = self._c2pa.Builder(manifest_of(Recipe({}, {}), None), context=self._context)
        builder.sign(self._signer, "image/png", io.BytesIO(buffer.getvalue()), io.BytesIO())


class C2paSeal:
    """A `media.seal.Seal`. Made by `Signer.seal`."""

    def __init__(
        self, c2pa: Any, signer: Any, context: Any, manifest: dict[str, Any],
        inputs: Mapping[str, Path],
    ) -> None:  # fmt: skip
        self._c2pa = c2pa
        self._signer = signer
        self._context = context
        self._manifest = manifest
        self._inputs = inputs
        self._archive: bytes | None = None

    def file(self, path: Path, media_type: str = "video/mp4") -> None:
        """Sign a video file in its place."""
        signed = path.with_name(f"{path.name}.signed")
        try:
            with path.open("rb") as source, signed.open("w+b") as target, self._told():
                self._builder().sign(self._signer, media_type, source, target)
            signed.replace(path)
        finally:
            signed.unlink(missing_ok=True)

    def manifest(self, path: Path, media_type: str = "video/mp4") -> bytes:
        """What signs a video file and lies beside it, for one in fragments cannot take it up."""
        builder = self._builder()
        builder.set_no_embed()
        with path.open("rb") as source, tempfile.TemporaryFile() as copy, self._told():
            return bytes(builder.sign(self._signer, media_type, source, copy))

    def picture(self, png: bytes) -> bytes:
        """The same PNG file, signed."""
        target = io.BytesIO()
        with self._told():
            self._builder().sign(self._signer, "image/png", io.BytesIO(png), target)
        return target.getvalue()

    def _builder(self) -> Any:
        """A builder of the manifest; the inputs are read for the first one only."""
        if self._archive is None:
            builder, archive = self._empty(), io.BytesIO()
            for name, path in self._inputs.items():
                self._add_input(builder, name, path)
            builder.to_archive(archive)
            self._archive = archive.getvalue()
        return self._empty().with_archive(io.BytesIO(self._archive))

    def _empty(self) -> Any:
        return self._c2pa.Builder(self._manifest, context=self._context)

    def _add_input(self, builder: Any, name: str, path: Path) -> None:
        """Add an input of a kind that can carry a manifest; the recipe has the hash of any."""
        with path.open("rb") as file:
            media_type = _sniffed(file.read(16)) or MEDIA_TYPES.get(path.suffix.lower())
            file.seek(0)
            if media_type:
                with suppress(self._c2pa.C2paError):  # damaged beyond what C2PA reads
                    builder.add_ingredient(ingredient_of(name), media_type, file)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn the errors of the library into sentences."""
        try:
            yield
        except self._c2pa.C2paError as error:
            if "No space left" in str(error):
                raise ResourceError(
                    f"There is no room for the signed result: {error}; free space."
                ) from error
            raise MimoError(
                f"The result cannot be signed: {error}; see whether the certificate has expired "
                "and the authority of time stamps answers."
            ) from error


def _operators(options: ProvenanceOptions) -> SigningPair:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    assert options.signing_certificate is not None
    assert options.signing_key is not None
    certificates, pem = read_input(options.signing_certificate), read_input(options.signing_key)
    try:
        key = serialization.load_pem_private_key(pem, None)
    except (ValueError, TypeError) as error:
        raise InvalidRequestError(
            f"The key {options.signing_key} cannot be read: {error}; give PEM without a password."
        ) from error
    if isinstance(key, ec.EllipticCurvePrivateKey):
        algorithm = {384: "es384", 521: "es512"}.get(key.key_size, "es256")
        return SigningPair(certificates, pem, algorithm)
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return SigningPair(certificates, pem, "ed25519")
    if isinstance(key, rsa.RSAPrivateKey):
        return SigningPair(certificates, pem, "ps256")
    raise InvalidRequestError(
        f"The key {options.signing_key} is of a kind that C2PA does not know; give one on an "
        "elliptic curve, Ed25519 or RSA."
    )


def _sniffed(head: bytes) -> str:
    if head.startswith(b"\x89PNG"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return "video/mp4" if head[4:8] == b"ftyp" else ""

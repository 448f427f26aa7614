"""Signatures by C2PA: whole, changed, trusted; inputs' own are kept; pixels are as they were."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.media.picture import decode_png, encode_png
from mimo_runtime.provenance.marking import Marking
from mimo_runtime.provenance.options import ProvenanceOptions
from mimo_runtime.provenance.signer import Signer
from mimo_runtime.provenance.verification import Trust, signature_of
from tests.runtime.provenance.people import RECIPE, decoded, filmed, written

pytest.importorskip("c2pa")


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer(ProvenanceOptions())


def test_a_video_says_what_it_was_made_of_and_its_frames_stay(
    signer: Signer, tmp_path: Path
) -> None:
    frames = filmed()
    seal = signer.seal(RECIPE, {})
    signed = written(tmp_path / "signed.mp4", frames, seal=seal, note="a note")
    bare = written(tmp_path / "bare.mp4", frames, note="a note")
    assert np.array_equal(decoded(signed), decoded(bare))
    found = signature_of(signed)
    assert (found.trust, found.is_development, found.problems) == (Trust.WHOLE, True, ())
    assert found.recipe is not None
    assert found.recipe.digest == RECIPE.digest
    assert not found.recipe.asked  # which may name people
    assert found.time == ""
    assert signature_of(bare).trust is Trust.NONE
    assert sorted(each.name for each in tmp_path.iterdir()) == ["bare.mp4", "signed.mp4"]


def test_one_byte_that_changes_is_told(signer: Signer, tmp_path: Path) -> None:
    video = written(tmp_path / "a.mp4", filmed(2), seal=signer.seal(RECIPE, {}))
    data = bytearray(video.read_bytes())
    data[-10] ^= 1
    video.write_bytes(data)
    found = signature_of(video)
    assert found.trust is Trust.CHANGED
    assert any("mismatch" in code for code in found.problems)


def test_pictures_are_signed_each_and_keep_the_signatures_of_inputs(
    signer: Signer, tmp_path: Path
) -> None:
    picture = encode_png(filmed(1)[0])
    first = tmp_path / "first.png"
    first.write_bytes(signer.seal(RECIPE, {}).picture(picture))
    (tmp_path / "plain.png").write_bytes(picture)
    (tmp_path / "torn.mp4").write_bytes(b"\0\0\0\x18ftypmp42 and no more")
    inputs = {"character": first, "scene": tmp_path / "plain.png", "driving": tmp_path / "torn.mp4"}
    seal = signer.seal(RECIPE, inputs)
    for number in range(2):
        second = tmp_path / f"second{number}.png"
        second.write_bytes(seal.picture(picture))
        assert np.array_equal(decode_png(second.read_bytes()), decode_png(picture))
        found = signature_of(second)
        assert (found.trust, found.inputs) == (
            Trust.WHOLE, {"character": True, "scene": False, "driving": False},
        )  # fmt: skip
    assert b"thumbnail" not in second.read_bytes()


def make_chain(folder: Path) -> tuple[Path, Path, Path]:
    """An operator's certificate with the authority's behind it, its key, and the authority's."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed, so there is no certificate to test with")

    def run(*arguments: object) -> None:
        command = [str(each) for each in (openssl, *arguments)]
        subprocess.run(command, check=True, capture_output=True, cwd=folder)

    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    run("req", "-x509", *new, "-days", "9", "-subj", "/CN=Root/O=Studio", "-keyout", "ca.key",
        "-out", "ca.pem")  # fmt: skip
    run("req", *new, "-subj", "/CN=The studio/O=Studio", "-keyout", "leaf.key", "-out", "leaf.csr")
    (folder / "ext").write_text(
        "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
        "extendedKeyUsage=emailProtection\nsubjectKeyIdentifier=hash\n"
        "authorityKeyIdentifier=keyid\n"
    )
    run("x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
        "-days", "8", "-extfile", "ext", "-out", "leaf.pem")  # fmt: skip
    chain = folder / "chain.pem"
    chain.write_bytes((folder / "leaf.pem").read_bytes() + (folder / "ca.pem").read_bytes())
    return chain, folder / "leaf.key", folder / "ca.pem"


def test_an_operators_certificate_is_trusted_by_who_trusts_its_authority(tmp_path: Path) -> None:
    chain, key, authority = make_chain(tmp_path)
    marking = Marking(ProvenanceOptions(signing_certificate=chain, signing_key=key))
    assert str(chain) in marking.sentence
    seal = marking.seal(RECIPE, {})
    picture = tmp_path / "a.png"
    assert seal is not None
    picture.write_bytes(seal.picture(encode_png(np.zeros((9, 9, 3), np.uint8))))
    assert signature_of(picture).trust is Trust.WHOLE
    found = signature_of(picture, authority)
    assert (found.trust, found.signer, found.is_development) == (Trust.TRUSTED, "The studio", False)


def test_what_cannot_sign_is_told_at_the_start(tmp_path: Path) -> None:
    chain, key, authority = make_chain(tmp_path)
    (tmp_path / "no.key").write_text("no key")
    for certificate, other, told in (
        (chain, tmp_path / "no.key", "cannot be read"),
        (tmp_path / "no.key", key, "Nothing can be signed"),
        (authority, tmp_path / "ca.key", "Nothing can be signed"),
    ):
        with pytest.raises(InvalidRequestError, match=told):
            Marking(ProvenanceOptions(signing_certificate=certificate, signing_key=other))
    for values in (
        {"signing_key": key},
        {"signing_certificate": chain, "signing_key": key, "unsigned": True},
        {"label": "\N{EURO SIGN}"},
    ):
        with pytest.raises(InvalidRequestError):
            ProvenanceOptions(**values)


def test_what_is_not_signed_is_said() -> None:
    marking = Marking(ProvenanceOptions(unsigned=True))
    assert marking.seal(RECIPE, {}) is None
    assert marking.sentence == "Results are not signed, as was asked for."
    assert "nobody stands behind" in Marking(ProvenanceOptions()).sentence

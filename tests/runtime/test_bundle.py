"""A bundle is verified when it is opened; what is wrong with it is one sentence."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mimo_runtime.bundle import COMPONENTS, FORMAT, Bundle, TensorSpec
from mimo_runtime.errors import BundleError

Values = dict[str, Any]


@pytest.fixture
def copied(small_bundle: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small_bundle, tmp_path / "bundle"))


def sentence(folder: Path) -> str:
    with pytest.raises(BundleError) as raised:
        Bundle.open(folder)
    said = str(raised.value)
    assert "\n" not in said
    assert str(folder) in said
    return said


def rewrite(folder: Path, change: Callable[[Values], Any]) -> None:
    path = folder / "bundle.json"
    values = json.loads(path.read_text())
    change(values)
    path.write_text(json.dumps(values))


def test_what_is_opened(small_bundle: Path) -> None:
    told: list[tuple[str, int]] = []
    bundle = Bundle.open(small_bundle, lambda name, size: told.append((name, size)))
    assert told == [(name, file.size_bytes) for name, file in bundle.manifest.files.items()]
    assert bundle.manifest.components.keys() == set(COMPONENTS)
    latents = bundle.tensor("denoiser", "latents")
    assert latents == TensorSpec("latents", (bundle.manifest.frames, 4, 16, 16), "float32")
    assert latents.size_bytes == bundle.manifest.frames * 4 * 16 * 16 * 4
    assert str(latents) == f"latents float32 [{bundle.manifest.frames}, 4, 16, 16]"
    assert bundle.path("denoiser") == small_bundle / "denoiser.onnx"
    assert Bundle.open(small_bundle).digest == bundle.digest


def test_what_is_asked_for_but_not_there(small_bundle: Path) -> None:
    bundle = Bundle.open(small_bundle)
    with pytest.raises(BundleError, match="has no component 'upscaler'; export"):
        bundle.component("upscaler")
    with pytest.raises(BundleError, match="component denoiser has no tensor 'sample'"):
        bundle.tensor("denoiser", "sample")


@pytest.mark.parametrize("name", ["weights.bin", "denoiser.onnx", "time_embedding.onnx"])
@pytest.mark.parametrize("place", [0.0, 0.5, 0.9999])
def test_a_changed_byte(copied: Path, name: str, place: float) -> None:
    data = bytearray((copied / name).read_bytes())
    data[int(place * len(data))] ^= 1
    (copied / name).write_bytes(data)
    said = sentence(copied)
    assert f"{name} was changed" in said
    assert "copy or export" in said


def test_a_truncated_file(copied: Path) -> None:
    size_bytes = (copied / "weights.bin").stat().st_size
    with (copied / "weights.bin").open("r+b") as file:
        file.truncate(1000)
    assert f"has 1000 bytes where the manifest says {size_bytes}" in sentence(copied)


@pytest.mark.parametrize("name", ["weights.bin", "vae_decoder.onnx"])
def test_a_missing_file(copied: Path, name: str) -> None:
    (copied / name).unlink()
    assert f"lacks the file {name}; copy or export" in sentence(copied)


def test_no_bundle_at_all(tmp_path: Path, small_bundle: Path) -> None:
    assert "is no bundle: it has no bundle.json" in sentence(tmp_path)
    assert "is no bundle" in sentence(tmp_path / "nowhere")
    assert "cannot be read" in sentence(small_bundle / "bundle.json")


@pytest.mark.parametrize(
    "text",
    ["", "{", "\x00\x01", "nonsense", "[" * 100_000, '{"format": 1, "name"'],
    ids=["empty", "open", "binary", "word", "deep", "cut"],
)
def test_a_manifest_that_is_no_json(copied: Path, text: str) -> None:
    (copied / "bundle.json").write_text(text)
    assert "bundle.json cannot be read" in sentence(copied)


@pytest.mark.parametrize("text", ["[]", "3", "null", "{}", '{"format": "1"}'])
def test_a_json_that_is_no_manifest(copied: Path, text: str) -> None:
    (copied / "bundle.json").write_text(text)
    assert "states no format" in sentence(copied)


def test_a_newer_format(copied: Path) -> None:
    rewrite(copied, lambda values: values.update(format=FORMAT + 1, entirely="new"))
    said = sentence(copied)
    assert f"has format {FORMAT + 1}, this program reads up to {FORMAT}" in said
    assert "update the program" in said


def test_an_older_format(copied: Path) -> None:
    rewrite(copied, lambda values: values.update(format=FORMAT - 1))
    said = sentence(copied)
    assert f"has format {FORMAT - 1}, this program reads format {FORMAT}" in said
    assert "export the bundle again" in said


@pytest.mark.parametrize(
    "outside", ["../weights.bin", "/etc/passwd", "a/b.bin", "./x", "weights.bin/"]
)
def test_a_file_name_that_leads_out(copied: Path, outside: str) -> None:
    rewrite(
        copied, lambda values: values["files"].update({outside: values["files"]["weights.bin"]})
    )
    assert "leads out of the folder" in sentence(copied)
    rewrite(copied, lambda values: values["files"].pop(outside))
    rewrite(copied, lambda values: values["components"]["denoiser"].update(file=outside))
    assert "leads out of the folder" in sentence(copied)


def first_input(values: Values) -> Values:
    tensor: Values = values["components"]["denoiser"]["inputs"][0]
    return tensor


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda v: v.pop("frames"), "frames"),
        (lambda v: v.update(extra=1), "extra"),
        (
            lambda v: v["components"].pop("time_embedding"),
            "components ['time_embedding'] are not listed",
        ),
        (lambda v: v["components"]["time_embedding"].pop("outputs"), "outputs"),
        (
            lambda v: v["files"].pop("time_embedding.onnx"),
            "names time_embedding.onnx, which is not listed",
        ),
        (lambda v: v["files"]["time_embedding.onnx"].pop("sha256"), "sha256"),
        (lambda v: v.update(files=[]), "damaged"),
        (lambda v: first_input(v).update(shape=[0, 4]), "shape [0, 4] is not fixed"),
        (lambda v: first_input(v).update(shape=["frames", 4]), "is not fixed"),
        (lambda v: first_input(v).update(dtype="float8"), "latents has dtype float8"),
        (lambda v: first_input(v).update(shape=[3, 4, 16, 16]), "frames are not those of latents"),
        (lambda v: v.update(width_px=56), "its size is not that of pixels"),
        (lambda v: v.update(overlap_frames=v["frames"]), "overlap"),
        (lambda v: v.update(overlap_frames=-1), "overlap"),
        (lambda v: v.update(paints="cats"), "it paints 'cats'"),
        (lambda v: v.update(paints="human"), "names its planes"),
        (lambda v: v.update(planes=["red"]), "names its planes"),
        (lambda v: v.update(defaults={"seed": 1}), "its default seed is 1"),
        (lambda v: v.update(defaults={"steps": "4"}), "its default steps is '4'"),
        (lambda v: v["components"]["denoiser"].update(inputs=[]), "damaged"),
        (lambda v: v["components"]["denoiser"].update(file=7), "damaged"),
    ],
)
def test_a_damaged_manifest(copied: Path, change: Callable[[Values], Any], words: str) -> None:
    rewrite(copied, change)
    said = sentence(copied)
    assert "bundle.json is damaged" in said
    assert words in said


def test_what_a_bundle_paints_and_its_defaults_are_kept_and_left_out_where_unused(
    copied: Path,
) -> None:
    before = (copied / "bundle.json").read_text()
    plain = Bundle.open(copied).manifest
    assert (plain.paints_human, plain.planes, dict(plain.defaults)) == (False, (), {})
    assert plain.to_json() == before
    used = {"paints": "human", "planes": ["red", "cover"], "defaults": {"steps": 4, "guidance": 1}}
    rewrite(copied, lambda values: values.update(used))
    found = Bundle.open(copied).manifest
    assert found.paints_human
    assert found.planes == ("red", "cover")
    assert json.loads(found.to_json()) == json.loads(before) | used

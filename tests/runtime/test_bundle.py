"""A bundle is verified when it is opened; what is wrong with it is one sentence."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mimo_runtime.bundle import (
    COMPONENTS,
    FORMAT,
    Bundle,
    Manifest,
    Shape,
    TensorSpec,
    manifest_values,
)
from mimo_runtime.errors import BundleError

Values = dict[str, Any]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / ".cache"))


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


def shape_of(values: Values) -> Values:
    shape: Values = values["shapes"][0]
    return shape


def components(values: Values) -> Values:
    found: Values = shape_of(values)["components"]
    return found


def first_input(values: Values) -> Values:
    tensor: Values = components(values)["denoiser"]["inputs"][0]
    return tensor


def test_what_is_opened(small_bundle: Path) -> None:
    told: list[tuple[int, int]] = []
    bundle = Bundle.open(
        small_bundle, anew=True, on_bytes=lambda done, total: told.append((done, total))
    )
    total_bytes = sum(file.size_bytes for file in bundle.manifest.files.values())
    assert told[-1] == (total_bytes, total_bytes)
    assert told == sorted(told)
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


def test_what_was_verified_is_not_read_again(copied: Path) -> None:
    for path in copied.iterdir():
        os.utime(path, (1_700_000_000, 1_700_000_000))  # no longer fresh
    Bundle.open(copied)
    told: list[int] = []

    def read_bytes(anew: bool) -> int:
        told.clear()
        Bundle.open(copied, anew=anew, on_bytes=lambda done, _: told.append(done))
        return told[-1] if told else 0

    assert read_bytes(anew=False) == 0
    assert read_bytes(anew=True) == sum(
        file.size_bytes for file in Bundle.open(copied).manifest.files.values()
    )
    linked = copied / "time_embedding.onnx"
    linked.write_bytes(linked.read_bytes())
    assert read_bytes(anew=False) == linked.stat().st_size


def test_what_another_process_verified_is_not_read(copied: Path) -> None:
    path = copied / "denoiser.onnx"
    path.write_bytes(bytes(path.stat().st_size))
    told: list[int] = []
    Bundle.open(copied, on_bytes=lambda done, _: told.append(done), verified=True)
    assert told == []
    assert "denoiser.onnx was changed" in sentence(copied)


def test_a_change_right_behind_a_verification_is_seen(copied: Path) -> None:
    Bundle.open(copied)
    data = bytearray((copied / "time_embedding.onnx").read_bytes())
    data[len(data) // 2] ^= 1
    with (copied / "time_embedding.onnx").open("r+b") as file:  # the same inode
        file.write(data)
    assert "time_embedding.onnx was changed" in sentence(copied)


def test_a_bundle_on_a_read_only_disk_opens(
    copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    Bundle.open(copied)


def test_a_shape_that_is_not_there(small_bundle: Path) -> None:
    bundle = Bundle.open(small_bundle)
    assert Bundle.open(small_bundle, bundle.manifest.shape) == bundle
    with pytest.raises(BundleError, match=r"has no shape 8x8x1; it has 128x128x16\. Name one"):
        Bundle.open(small_bundle, Shape(8, 8, 1))


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


@pytest.mark.parametrize(
    ("version", "way_out"),
    [(FORMAT + 1, "update the program"), (FORMAT - 1, "export the bundle again")],
)
def test_another_format(copied: Path, version: int, way_out: str) -> None:
    rewrite(copied, lambda values: values.update(format=version, entirely="new"))
    said = sentence(copied)
    assert f"has format {version}, this program reads {FORMAT}" in said
    assert way_out in said


@pytest.mark.parametrize(
    "outside", ["../weights.bin", "/etc/passwd", "a/b.bin", "./x", "weights.bin/"]
)
def test_a_file_name_that_leads_out(copied: Path, outside: str) -> None:
    rewrite(
        copied, lambda values: values["files"].update({outside: values["files"]["weights.bin"]})
    )
    assert "leads out of the folder" in sentence(copied)
    rewrite(copied, lambda values: values["files"].pop(outside))
    rewrite(copied, lambda values: components(values)["denoiser"].update(file=outside))
    assert "leads out of the folder" in sentence(copied)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda v: shape_of(v).pop("frames"), "frames"),
        (lambda v: v.update(extra=1), "extra"),
        (
            lambda v: components(v).pop("time_embedding"),
            "components ['time_embedding'] are not listed",
        ),
        (lambda v: components(v)["time_embedding"].pop("outputs"), "outputs"),
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
        (lambda v: shape_of(v).update(width_px=56), "its size is not that of pixels"),
        (lambda v: shape_of(v).update(overlap_frames=shape_of(v)["frames"]), "overlap"),
        (lambda v: shape_of(v).update(overlap_frames=-1), "overlap"),
        (lambda v: v.update(paints="cats"), "it paints 'cats'"),
        (lambda v: v.update(paints="human"), "names its planes"),
        (lambda v: v.update(planes=["red"]), "names its planes"),
        (lambda v: v.update(defaults={"seed": 1}), "its default seed is 1"),
        (lambda v: v.update(defaults={"steps": "4"}), "its default steps is '4'"),
        (lambda v: components(v)["denoiser"].update(inputs=[]), "damaged"),
        (lambda v: components(v)["denoiser"].update(file=7), "damaged"),
    ],
)
def test_a_damaged_manifest(copied: Path, change: Callable[[Values], Any], words: str) -> None:
    rewrite(copied, change)
    said = sentence(copied)
    assert "bundle.json is damaged" in said
    assert words in said


def text(manifest: Manifest) -> str:
    return json.dumps(manifest_values([manifest]), indent=1) + "\n"


def test_what_a_bundle_paints_and_its_defaults_are_kept_and_left_out_where_unused(
    copied: Path,
) -> None:
    before = (copied / "bundle.json").read_text()
    plain = Bundle.open(copied).manifest
    assert (plain.paints_human, plain.planes, dict(plain.defaults)) == (False, (), {})
    assert text(plain) == before
    used = {"paints": "human", "planes": ["red", "cover"], "defaults": {"steps": 4, "guidance": 1}}
    rewrite(copied, lambda values: values.update(used))
    found = Bundle.open(copied).manifest
    assert found.paints_human
    assert found.planes == ("red", "cover")
    assert json.loads(text(found)) == json.loads(before) | used

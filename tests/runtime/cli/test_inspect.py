"""`mimo inspect` names what it found, and what is wrong."""

import shutil
from pathlib import Path

import pytest

from mimo_runtime.bundle import COMPONENTS
from mimo_runtime.cli import main
from tests.bundles import SMALL_BUNDLE


def test_it_lists_components_tensors_hashes_and_licence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["inspect", str(SMALL_BUNDLE), "--tensors"])
    assert end.value.code == 0
    out = capsys.readouterr().out
    for name in COMPONENTS:
        assert f"\n{name} ({name}.onnx), weights " in out
    assert "in  frame_mask bool [16]" in out
    assert "licence  Apache-2.0" in out
    assert "sha256" in out
    assert "more (--tensors)" not in out


def test_a_changed_byte_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle = tmp_path / "bundle"
    shutil.copytree(SMALL_BUNDLE, bundle)
    file = bundle / "time_embedding.onnx"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    with pytest.raises(SystemExit) as end:
        main(["inspect", str(bundle)])
    assert end.value.code == 4
    assert "time_embedding.onnx was changed" in capsys.readouterr().err

import shutil
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from mimo_export.plan_builder.resources import (
    building_bytes,
    check_disk,
    check_memory,
    measuring_bytes,
)
from mimo_runtime.bundle import Bundle
from mimo_runtime.errors import ResourceError

Usage = namedtuple("Usage", "total used free")
Memory = namedtuple("Memory", "available")


@pytest.fixture
def opened(small_bundle: Path) -> Bundle:
    return Bundle.open(small_bundle)


def test_a_machine_with_room_passes(opened: Bundle, tmp_path: Path) -> None:
    check_disk(opened, ["time_embedding", "denoiser"], tmp_path, stripped=False)
    check_memory(opened, ["time_embedding", "denoiser"], measured=True)


def test_a_full_disk_is_told_before_the_build(
    opened: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 10**6))
    with pytest.raises(
        ResourceError, match=r"needs about 0\.07 GB and .* 0\.00 GB free; make room"
    ):
        check_disk(opened, ["denoiser"], tmp_path, stripped=False)


def test_too_little_memory_names_the_largest_component(
    opened: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: Memory(10**6))
    with pytest.raises(ResourceError, match=r"Building denoiser needs 0\.37 GB of memory"):
        check_memory(opened, ["time_embedding", "denoiser"], measured=True)


def test_what_cannot_be_measured_here_is_told_before_the_first_component(
    opened: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["time_embedding", "denoiser"]
    enough = 1.1 * building_bytes(opened, names)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: Memory(enough))
    check_memory(opened, names, measured=True)
    denoiser = replace(opened.component("denoiser"), working_bytes=1 << 30)
    assert measuring_bytes(denoiser) > enough
    components = {**opened.manifest.components, "denoiser": denoiser}
    opened = replace(opened, manifest=replace(opened.manifest, components=components))
    check_memory(opened, names, measured=False)
    with pytest.raises(ResourceError, match=r"Measuring denoiser .*build without measuring"):
        check_memory(opened, names, measured=True)

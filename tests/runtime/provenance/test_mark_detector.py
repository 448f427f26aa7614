"""Another detector of the mark, written from docs/serving.md alone: nothing in it is ours."""

import hashlib
import hmac
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.provenance.mark import LumaMark
from mimo_runtime.provenance.mark_scheme import scheme_of
from mimo_runtime.provenance.verification import mark_of
from tests.runtime.provenance.people import filmed, recompressed, written

KEY, PAYLOAD, SIDE_PX = b"k" * 32, 0x1234ABCD, 288


def detected(path: Path, key: bytes) -> tuple[int, float]:
    """Payload and sum of squares that the frames of a video say, of sides that 4 divides."""
    total: NDArray[np.float64] = np.zeros((0, 0))
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            luma = frame.to_ndarray(format="gray").astype(float)
            rows, columns = (side // 4 for side in luma.shape)
            cells = luma.reshape(rows, 4, columns, 4).mean((1, 3))
            around = np.pad(cells, 1, mode="reflect")
            shifted = [around[y : y + rows, x : x + columns] for y in range(3) for x in range(3)]
            residue = np.clip(cells - np.mean(shifted, axis=0), -4, 4)
            total = residue if not total.size else total + residue
    rows, columns = total.shape
    seed = hmac.new(key, f"mimo luma mark 1 {rows}x{columns}".encode(), hashlib.sha256).digest()
    chance = np.random.Generator(np.random.PCG64(int.from_bytes(seed, "big")))
    bits = chance.permutation(np.arange(rows * columns) % 32)
    signs = chance.integers(0, 2, (rows, columns), np.int8) * 2.0 - 1
    said = (total * signs).ravel()
    scores = [
        said[bits == bit].sum() / np.sqrt((said[bits == bit] ** 2).sum()) for bit in range(32)
    ]
    payload = sum(1 << bit for bit, score in enumerate(scores) if score > 0)
    return payload, float(sum(score**2 for score in scores))


def test_the_docs_are_enough_to_find_it(tmp_path: Path) -> None:
    frames = filmed()
    mark = LumaMark(KEY, PAYLOAD, SIDE_PX, SIDE_PX)
    marked = written(tmp_path / "marked.mp4", [mark.add(frame) for frame in frames])
    payload, score = detected(recompressed(marked, 23), KEY)
    assert (payload, score > 120) == (PAYLOAD, True)
    assert detected(marked, b"o" * 32)[1] < 120
    assert detected(written(tmp_path / "bare.mp4", frames), KEY)[1] < 120


SCHEME = """
import numpy as np
from mimo_runtime.provenance.mark import Finding

class Corner:
    def mark(self, key, payload, width_px, height_px):
        self.payload = payload
        return self
    def reader(self, key, width_px, height_px):
        return self
    def add(self, rgb):
        marked = rgb.copy()
        marked[:32, :32] = 255
        return marked
    def take(self, luma):
        self.bright = luma[:32, :32].mean() > 250
    def finding(self):
        return Finding(7, 1000.0 if self.bright else 0.0)

SCHEME = Corner()
"""


def test_a_package_brings_another_mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "corner_mark.py").write_text(SCHEME)
    facts = tmp_path / "corner_mark-1.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: corner-mark\nVersion: 1\n")
    (facts / "entry_points.txt").write_text("[mimo.marks]\ncorner = corner_mark:SCHEME\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    frames = filmed(2)
    mark = scheme_of("corner").mark(KEY, 7, SIDE_PX, SIDE_PX)
    marked = written(tmp_path / "marked.mp4", [mark.add(frame) for frame in frames])
    assert mark_of(marked, KEY, "corner").is_sure
    assert not mark_of(written(tmp_path / "bare.mp4", frames), KEY, "corner").is_sure
    with pytest.raises(InvalidRequestError, match="no mark 'none'; there are corner, luma"):
        scheme_of("none")

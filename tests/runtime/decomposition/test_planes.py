from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mimo_runtime.decomposition.planes import PlaneWriter, read_planes
from mimo_runtime.errors import ResourceError


@settings(max_examples=10)
@given(
    some.integers(0, 5),
    some.tuples(some.integers(1, 9), some.integers(1, 9)),
    some.sampled_from([np.uint8, np.float16]),
)
def test_planes_come_back_as_they_were(
    count: int, shape: tuple[int, int], dtype: type[np.generic]
) -> None:
    random = np.random.default_rng(count)
    planes = [(200 * random.random(shape)).astype(dtype) for _ in range(count)]
    with TemporaryDirectory() as place:
        path = Path(place) / "some.planes"
        with PlaneWriter(path) as writer:
            for plane in planes:
                writer.write(plane)
        found = list(read_planes(path, shape, dtype))
    assert len(found) == count
    for one, other in zip(found, planes, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_part_of_a_larger_array_is_written_as_seen(tmp_path: Path) -> None:
    large = np.arange(48, dtype=np.uint8).reshape(6, 8)
    with PlaneWriter(tmp_path / "p") as writer:
        writer.write(large[::2, 1:5])
    (found,) = read_planes(tmp_path / "p", (3, 4))
    np.testing.assert_array_equal(found, large[::2, 1:5])


def test_a_full_disk_is_a_sentence_also_at_the_end() -> None:
    """A short plane waits in a buffer until the file is closed."""
    with (
        pytest.raises(ResourceError, match="There is no room to write '/dev/full'"),
        PlaneWriter(Path("/dev/full")) as writer,
    ):
        writer.write(np.zeros((4, 4), np.uint8))

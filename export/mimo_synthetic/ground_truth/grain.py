"""Random textures that repeat without a seam."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def grain(random: np.random.Generator, size: int, width: float) -> Floats:
    """Smooth noise of mean 0 and deviation 1, float32 [size, size]; its blobs are `width` wide."""
    waves = np.fft.fftfreq(size)
    damping = np.exp(-2 * (np.pi * width / 2) ** 2 * (waves[:, None] ** 2 + waves**2))
    blurred = np.fft.ifft2(np.fft.fft2(random.normal(size=(size, size))) * damping).real
    return np.asarray((blurred - blurred.mean()) / blurred.std(), np.float32)


def rough(random: np.random.Generator, size: int, widths: tuple[float, ...]) -> Floats:
    """The mean of several grains, coarse and fine, float32 [size, size]."""
    grains = [grain(random, size, width) for width in widths]
    return np.asarray(np.mean(grains, axis=0), np.float32)


def sampled(texture: Floats, across: NDArray[np.floating], down: NDArray[np.floating]) -> Floats:
    """The texture at places [...], in which it repeats with period 1; float32 [...]."""
    size = len(texture)
    column = np.floor(across * size).astype(np.int64) % size
    row = np.floor(down * size).astype(np.int64) % size
    return np.asarray(texture[row, column], np.float32)

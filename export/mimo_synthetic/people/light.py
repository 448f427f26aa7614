"""Sun and sky of one clip: how bright and of what tint a surface is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import Camera
from mimo_runtime.body.render import View, render_vertices

Floats = NDArray[np.float32]
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """Towards the `sun` (unit vector, world axes); `shade`, `sky`, `direct` brightness, float32 [3]
    each, which add up to about 1 on a lit side; `dark` what a shadow on the ground takes, 0..1.
    """

    sun: Array
    shade: Floats
    sky: Floats
    direct: Floats
    dark: float

    def brightness(self, normals: NDArray[np.floating]) -> Floats:
        """Of surfaces with unit `normals` [..., 3] in world axes: float32 [..., 3]."""
        facing = (normals @ self.sun).clip(0, 1)[..., None]
        bright = self.shade + self.sky * normals[..., 1:2] + self.direct * facing
        return np.asarray(bright, np.float32)

    def on(self, view: View, camera: Camera) -> Floats:
        """The colours of `view` in this light, times its coverage: float32 [H, W, 3], 0..1."""
        normals = view.normals @ camera.rotation.astype(np.float32)
        lit = view.rgb / np.float32(255) * self.brightness(normals)
        return np.asarray(np.minimum(lit, view.coverage[..., None]), np.float32)

    def shadow(self, body: Body, vertices_m: Array, camera: Camera) -> Floats:
        """The light that the ground loses to a body, not yet soft: float32 [H, W], 0..1."""
        flat = vertices_m - self.sun * (vertices_m[:, 1:2] / self.sun[1])
        return render_vertices(body, flat, camera, samples=1).coverage * np.float32(self.dark)


def random_light(random: np.random.Generator) -> Light:
    """A light from above, in which a face that is lit from the front is as bright as it is."""
    turn, high = random.uniform(0, 2 * np.pi), np.deg2rad(random.uniform(35, 75))
    sun = np.array([np.cos(turn) * np.cos(high), np.sin(high), np.sin(turn) * np.cos(high)])
    tint = (1 + random.normal(0, 0.04, 3)).astype(np.float32)
    level = random.uniform(0.75, 1.1)
    direct = random.uniform(0.1, 0.5)
    return Light(
        sun=sun,
        shade=(tint * level * (0.93 - direct * 0.7)).astype(np.float32),
        sky=np.full(3, 0.1 * level, np.float32),
        direct=(tint[::-1] * level * direct).astype(np.float32),
        dark=float(random.uniform(0.15, 0.5)),
    )

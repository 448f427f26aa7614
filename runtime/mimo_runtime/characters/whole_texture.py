"""The texture of all that a character shows, body and clothes."""

from mimo_runtime.arrays import Pixels
from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import Camera
from mimo_runtime.body.pose import Pose
from mimo_runtime.characters.atlas import shipped_atlas
from mimo_runtime.characters.completion import complete
from mimo_runtime.characters.sampling import sample_colours
from mimo_runtime.characters.skirt import without_skirt
from mimo_runtime.characters.skirt_texture import with_skirt
from mimo_runtime.characters.texture import Texture
from mimo_runtime.errors import MediaError

_SURE = 0.5


def whole_texture(
    body: Body,
    worn: Body,
    pose: Pose,
    camera: Camera,
    rgb: Pixels,
    alpha: Pixels,
    size_px: int,
) -> Texture:
    """The texture, `size_px` on each side, of `body` dressed as `worn`, as a picture shows it.

    Legs have the colours of what hangs before them, so that they are cloth where they come through.

    Args:
        body, pose, camera: as fitted to the picture; the camera has the picture's size.
        worn: see `outfit.dressed`.
        rgb: uint8 [H, W, 3]. alpha: uint8 [H, W], 255 on the character.

    Raises:
        MediaError: the body does not lie on the character anywhere.
    """
    atlas = shipped_atlas(size_px)
    legs = without_skirt(worn, body)
    samples = sample_colours(atlas, legs, pose, camera, rgb, alpha)
    if not (samples.confidence > _SURE).any():
        raise MediaError(
            "The body that was fitted does not lie on the character in the picture; give a picture "
            "of one whole person from the front."
        )
    texture = complete(atlas, body, samples)
    return texture if legs is worn else with_skirt(texture, worn, pose, camera, rgb, alpha)

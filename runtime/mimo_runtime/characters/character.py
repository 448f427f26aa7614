"""A character made out of one picture."""

from dataclasses import dataclass

import numpy as np

from mimo_runtime.analysis.pose_estimate import PoseEstimate
from mimo_runtime.arrays import Pixels
from mimo_runtime.characters.drawing import a_pose, draw_textured, front_camera
from mimo_runtime.characters.figure import Figure
from mimo_runtime.characters.outfit import Outfit, dressed, outfit_of
from mimo_runtime.characters.picture_fit import PictureFit, fit_picture
from mimo_runtime.characters.skirt import texture_corners
from mimo_runtime.characters.square import square_around
from mimo_runtime.characters.texture import GUESSED, MIRRORED, Texture
from mimo_runtime.characters.whole_texture import whole_texture

TEXTURE_PX = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Character:
    """A picture of somebody, and what was made of it.

    Attributes:
        picture: uint8 RGBA [size, size, 4].
        texture: of the whole surface. fit: of the body to the picture.
        figure: what draws them; its camera is that of `picture`.
        outfit: what hair and clothes add to the body.
        guesses: what was assumed, sentences.
    """

    picture: Pixels
    texture: Texture
    fit: PictureFit
    figure: Figure
    outfit: Outfit
    guesses: tuple[str, ...]

    def canonical(self) -> Pixels:
        """Them in an A-pose from the front, drawn now: uint8 RGBA of the size of `picture`."""
        body = self.figure.body
        pose, corners = a_pose(body), texture_corners()
        camera = front_camera(body, pose, len(self.picture))
        return draw_textured(self.figure.dressed, corners, self.texture, pose, camera)


def make_character(
    rgb: Pixels, alpha: Pixels, estimate: PoseEstimate, size_px: int, texture_px: int = TEXTURE_PX
) -> Character:
    """The character of a picture.

    Args:
        rgb: uint8 [H, W, 3]. alpha: uint8 [H, W], 255 on the character.
        estimate: their body as found in the picture.
        size_px, texture_px: width and height of the pictures, and of the texture.

    Raises:
        MediaError: the matte is empty, or the body does not lie on it anywhere.
    """
    square = square_around(alpha, size_px)
    picture = square.cut(rgb, alpha)
    fit = fit_picture(estimate, alpha)
    camera = square.seen_by(fit.camera)
    own_rgb, own_alpha = (
        np.ascontiguousarray(part) for part in (picture[..., :3], picture[..., 3])
    )
    outfit = outfit_of(fit.body, fit.pose, camera, own_alpha)
    worn = dressed(fit.body, outfit)
    texture = whole_texture(fit.body, worn, fit.pose, camera, own_rgb, own_alpha, texture_px)
    figure = Figure(fit.body, worn, texture, picture, fit.pose, camera)
    guesses = (*fit.guesses, *_guesses(texture, outfit))
    return Character(picture, texture, fit, figure, outfit, guesses)


def _guesses(texture: Texture, outfit: Outfit) -> tuple[str, ...]:
    mirrored, guessed = texture.share(MIRRORED), texture.share(GUESSED)
    sentences = []
    if mirrored > 0:
        sentences.append(f"{mirrored:.0%} of the surface is the mirror image of the other side.")
    if guessed > 0:
        sentences.append(
            f"{guessed:.0%} of the surface is not in the picture; its colours are those of the "
            "opposite side or of what is around."
        )
    if outfit.skirt is not None:
        sentences.append(
            "Cloth fills the gap between the legs: a skirt is drawn that hangs "
            f"{outfit.skirt.length:.0%} of the way from hips to ankles."
        )
    sentences.append("What reaches beyond the body (loose hair, bags) is in picture.png only.")
    return tuple(sentences)

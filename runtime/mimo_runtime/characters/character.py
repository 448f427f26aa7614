"""A character made out of one picture."""

from dataclasses import dataclass

import numpy as np

from mimo_runtime.analysis.pose_estimate import PoseEstimate
from mimo_runtime.arrays import Floats, Pixels
from mimo_runtime.body.shipped import load_texture_corners
from mimo_runtime.characters.atlas import shipped_atlas
from mimo_runtime.characters.completion import complete
from mimo_runtime.characters.displacement import displaced, displacements
from mimo_runtime.characters.drawing import a_pose, draw_textured, front_camera
from mimo_runtime.characters.figure import Figure
from mimo_runtime.characters.picture_fit import PictureFit, fit_picture
from mimo_runtime.characters.sampling import sample_colours
from mimo_runtime.characters.square import square_around
from mimo_runtime.characters.texture import GUESSED, MIRRORED, Texture
from mimo_runtime.errors import MediaError

TEXTURE_PX = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Character:
    """A picture of somebody, and what was made of it.

    Attributes:
        picture: uint8 RGBA [size, size, 4].
        texture: of the whole surface. fit: of the body to the picture.
        figure: what draws them; its camera is that of `picture`.
        lengths_m: float32 [V], what hair and clothes add to the body (`displacement`).
        guesses: what was assumed, sentences.
    """

    picture: Pixels
    texture: Texture
    fit: PictureFit
    figure: Figure
    lengths_m: Floats
    guesses: tuple[str, ...]

    def canonical(self) -> Pixels:
        """Them in an A-pose from the front, drawn now: uint8 RGBA of the size of `picture`."""
        body = self.figure.body
        pose, corners = a_pose(body), load_texture_corners().uv
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
    atlas = shipped_atlas(texture_px)
    camera = square.seen_by(fit.camera)
    alpha_square = np.ascontiguousarray(picture[..., 3])
    lengths_m = displacements(fit.body, fit.pose, camera, alpha_square)
    dressed = displaced(fit.body, lengths_m)
    samples = sample_colours(
        atlas, dressed, fit.pose, camera, np.ascontiguousarray(picture[..., :3]),
        alpha_square,
    )  # fmt: skip
    if not (samples.confidence > 0.5).any():
        raise MediaError(
            "The body that was fitted does not lie on the character in the picture; give a picture "
            "of one whole person from the front."
        )
    texture = complete(atlas, fit.body, samples)
    figure = Figure(fit.body, dressed, texture, picture, fit.pose, camera)
    return Character(picture, texture, fit, figure, lengths_m, (*fit.guesses, *_guesses(texture)))


def _guesses(texture: Texture) -> tuple[str, ...]:
    mirrored, guessed = texture.share(MIRRORED), texture.share(GUESSED)
    sentences = []
    if mirrored > 0:
        sentences.append(f"{mirrored:.0%} of the surface is the mirror image of the other side.")
    if guessed > 0:
        sentences.append(
            f"{guessed:.0%} of the surface is not in the picture; its colours are those of the "
            "opposite side or of what is around."
        )
    sentences.append("What reaches beyond the body (hair, skirts, bags) is in picture.png only.")
    return tuple(sentences)

import numpy as np
import pytest

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.synthesis.matting import on_white, prepare_character
from mimo_runtime.synthesis.network_inputs import clip_pixels, pose_pixels, vae_pixels
from tests.golden import GOLDEN, LARGE, load

SETS = [folder for folder in (GOLDEN, LARGE) if folder]
needs_large = pytest.mark.skipif(LARGE is None, reason="the larger golden set is not here")


@pytest.mark.parametrize("folder", SETS, ids=lambda folder: folder.name)
def test_the_recorded_character_is_prepared_exactly(folder):
    template = load("00_template", folder)
    prepared = prepare_character(template["ref_image_u8"], template["ref_alpha_u8"])
    assert np.array_equal(prepared, load("11_edit", folder)["ref_prepared_u8"])


def test_pixels_equal_the_recorded_ones():
    template, recorded = load("00_template"), load("01_preprocess")
    height, width = recorded["ref_resized_u8"].shape[:2]
    pictures = {
        "ref_resized_u8": template["ref_image_u8"],
        "bk_frame0_resized_u8": template["bk_u8"][0],
        "pose_frame0_resized_u8": template["sdc_u8"][0],
    }
    for name, picture in pictures.items():
        unit = recorded[name].transpose(2, 0, 1)[np.newaxis].astype(np.float32) / np.float32(255)
        assert np.array_equal(pose_pixels(picture, width, height), unit)
        assert np.array_equal(vae_pixels(picture, width, height), unit * 2 - 1)
    seen = clip_pixels(template["ref_image_u8"])
    assert np.array_equal(seen[..., ::8, ::8], recorded["clip_pixel_values_stride8"])


@needs_large
def test_pixels_equal_the_larger_recorded_ones():
    template, recorded = load("00_template", LARGE), load("01_preprocess", LARGE)
    height, width = recorded["ref_pixel"].shape[2:]
    reference = vae_pixels(template["ref_image_u8"], width, height)
    scene = vae_pixels(template["bk_u8"][0], width, height)
    motion = [pose_pixels(frame, width, height) for frame in template["sdc_u8"][:2]]
    assert np.array_equal(reference, recorded["ref_pixel"])
    assert np.array_equal(scene, recorded["bk_pixel_frame0"])
    assert np.array_equal(np.stack(motion, axis=2), recorded["pose_pixel_frames01"])
    seen = clip_pixels(template["ref_image_u8"]).astype(np.float16)
    assert np.array_equal(seen, recorded["clip_pixel_values"])


def picture_and_matte() -> tuple[np.ndarray, np.ndarray]:
    picture = np.random.default_rng(0).integers(0, 256, (50, 40, 3), np.uint8)
    matte = np.zeros((50, 40), np.uint8)
    matte[10:40, 12:30] = 255
    return picture, matte


def test_an_alpha_channel_is_the_matte():
    picture, matte = picture_and_matte()
    assert np.array_equal(
        prepare_character(np.dstack([picture, matte]), None), prepare_character(picture, matte)
    )


def test_a_given_matte_goes_before_the_alpha_channel():
    picture, matte = picture_and_matte()
    opaque = np.dstack([picture, np.full_like(matte, 255)])
    assert np.array_equal(prepare_character(opaque, matte), prepare_character(picture, matte))


def test_the_background_becomes_white():
    picture, matte = picture_and_matte()
    prepared = prepare_character(picture, matte)
    assert prepared.shape == (32, 32, 3)
    assert np.array_equal(prepared[1:31, 7:25], picture[10:40, 12:30])
    prepared[1:31, 7:25] = 255
    assert (prepared == 255).all()


def test_without_a_matte_the_error_says_how_to_give_one():
    with pytest.raises(InvalidRequestError, match=r"no alpha channel .* no matte was given"):
        prepare_character(picture_and_matte()[0], None)


def test_an_opaque_alpha_channel_is_no_matte():
    picture, matte = picture_and_matte()
    opaque = np.dstack([picture, np.full_like(matte, 255)])
    with pytest.raises(InvalidRequestError, match="no alpha channel that is not opaque everywhere"):
        prepare_character(opaque, None)
    assert np.array_equal(on_white(opaque, None), picture)
    opaque[0, 0, 3] = 254
    with pytest.raises(InvalidRequestError, match="holds the whole picture"):
        prepare_character(opaque, None)
    opaque[..., 3] = 0
    with pytest.raises(InvalidRequestError, match="0 everywhere, so that nothing"):
        prepare_character(opaque, None)


def test_a_matte_of_another_size_is_refused():
    picture, matte = picture_and_matte()
    with pytest.raises(InvalidRequestError, match=r"matte is 40x49 pixels and the .* 40x50"):
        prepare_character(picture, matte[:49])


def test_an_empty_matte_is_refused():
    picture, matte = picture_and_matte()
    with pytest.raises(InvalidRequestError, match="0 everywhere"):
        prepare_character(picture, np.zeros_like(matte))

"""Colour spaces: by the formulas of their standards, and by a configuration of the user's."""

from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.delivery.colour import conversion, linear_from_srgb, srgb_from_linear
from mimo_runtime.errors import InvalidRequestError

VALUES = np.random.default_rng(15).uniform(-0.1, 4, (6, 7, 3)).astype(np.float32)
# ITU-R BT.709 to AP1 with the Bradford adaptation from D65 to the white of ACES (AMPAS S-2014-004).
TO_AP1 = np.array(
    [[0.613097, 0.339523, 0.047379], [0.070194, 0.916354, 0.013452], [0.020616, 0.109570, 0.869815]]
)
STUDIO = """\
ocio_profile_version: 2
roles: {aces_interchange: aces, scene_linear: aces, default: aces}
file_rules:
  - !<Rule> {name: Default, colorspace: default}
displays:
  screen:
    - !<View> {name: Raw, colorspace: aces}
colorspaces:
  - !<ColorSpace>
    name: aces
  - !<ColorSpace>
    name: half of it
    from_scene_reference: !<MatrixTransform>
      matrix: [.5, 0, 0, 0, 0, .5, 0, 0, 0, 0, .5, 0, 0, 0, 0, 1]
"""


def test_the_curve_goes_there_and_back() -> None:
    there = linear_from_srgb(VALUES)
    np.testing.assert_allclose(srgb_from_linear(there), VALUES, rtol=1e-5, atol=1e-6)
    assert linear_from_srgb(np.float32([0.5]))[0] == pytest.approx(0.21404, rel=1e-4)


def test_opencolorio_and_ours_agree() -> None:
    by_library = conversion("srgb", "acescg")(VALUES)
    by_formula = linear_from_srgb(VALUES).astype(float) @ TO_AP1.T
    np.testing.assert_allclose(by_library, by_formula, rtol=2e-3, atol=2e-4)


def test_rec709_is_the_curve_of_a_screen() -> None:
    grey = np.full((1, 1, 3), 0.5, np.float32)
    seen = conversion("lin_rec709", "rec709")(grey)
    np.testing.assert_allclose(seen, 0.5 ** (1 / 2.4), rtol=1e-4)


def test_equal_spaces_change_nothing() -> None:
    np.testing.assert_array_equal(conversion("acescg", "acescg")(VALUES), VALUES)
    np.testing.assert_array_equal(conversion("of mine", "of mine")(VALUES), VALUES)


def test_a_configuration_of_the_users(tmp_path: Path) -> None:
    path = tmp_path / "studio.ocio"
    path.write_text(STUDIO)
    aces = conversion("srgb", "aces", path)(VALUES)
    half = conversion("srgb", "half of it", path)(VALUES)
    np.testing.assert_allclose(half, aces / 2, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(conversion("aces", "half of it", path)(aces), half, rtol=1e-5)
    back = conversion("half of it", "srgb", path)(half)
    np.testing.assert_allclose(back, VALUES, rtol=1e-3, atol=1e-4)


def test_what_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match="no colour space 'foo'; give one of srgb, rec"):
        conversion("srgb", "foo")
    path = tmp_path / "studio.ocio"
    path.write_text(STUDIO)
    with pytest.raises(InvalidRequestError, match=r"no colour space 'foo'; .*, half of it"):
        conversion("srgb", "foo", path)
    path.write_text("no configuration")
    with pytest.raises(InvalidRequestError, match=r"is no OpenColorIO configuration: .*; give"):
        conversion("srgb", "aces", path)
    path.write_text(STUDIO.replace("aces_interchange: aces, ", ""))
    with pytest.raises(InvalidRequestError, match="no way from the colour space 'srgb' to 'aces'"):
        conversion("srgb", "aces", path)

"""What ships with the program: a bundle, a template, a driving video and a character to try.

All drawn or made by this project (`make small-model sample`), Apache-2.0.
"""

from pathlib import Path

_FOLDER = Path(__file__).parent

BUNDLE = _FOLDER / "bundle"
TEMPLATE = _FOLDER / "template"
YARD = _FOLDER / "yard"  # driving.mp4, decomposed; it has postures
CHARACTER = _FOLDER / "character.png"

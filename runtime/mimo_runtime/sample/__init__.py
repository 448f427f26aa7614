"""What ships with the program: a small bundle, a template and a character to try it with.

All drawn or made by this project (`mimo_export.sample`, `mimo_export.small_model`), Apache-2.0.
"""

from pathlib import Path

_FOLDER = Path(__file__).parent

BUNDLE = _FOLDER / "bundle"
TEMPLATE = _FOLDER / "template"
CHARACTER = _FOLDER / "character.png"

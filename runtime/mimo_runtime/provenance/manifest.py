"""What a C2PA manifest says of a file, as plain data."""

from typing import Any, Final

import mimo_runtime
from mimo_runtime.provenance.recipe import Recipe

RECIPE_LABEL: Final = "mimo.recipe"
MARK_ALGORITHM: Final = "mimo.luma.1"
SOURCE_TYPE: Final = (
    "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
)
_GENERATOR: Final = "MIMO Runtime"


def manifest_of(recipe: Recipe, payload: int | None) -> dict[str, Any]:
    """The definition of a manifest: who made the file, of what kind it is, and its recipe.

    `payload` is what the mark in luma says, None where there is no mark.

    What was typed at a command line is left out: it may name people.
    """
    actions: list[dict[str, Any]] = [
        {"action": "c2pa.created", "digitalSourceType": SOURCE_TYPE},
    ]
    values = recipe.to_values() | {"asked": {}, "recipe_sha256": recipe.digest}
    assertions = [
        {"label": "c2pa.actions.v2", "data": {"actions": actions}},
        {"label": RECIPE_LABEL, "data": values},
    ]
    if payload is not None:
        actions.append({"action": "c2pa.watermarked"})
        block = {"scope": {}, "value": f"{payload:08x}"}
        binding = {"alg": MARK_ALGORITHM, "blocks": [block]}
        assertions.append({"label": "c2pa.soft-binding", "data": binding})
    return {
        "claim_generator_info": [{"name": _GENERATOR, "version": mimo_runtime.__version__}],
        "assertions": assertions,
    }


def ingredient_of(name: str) -> dict[str, str]:
    """The definition of an input, which keeps the manifest that it may have."""
    return {"title": name, "relationship": "inputTo"}

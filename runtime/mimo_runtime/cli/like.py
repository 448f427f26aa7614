"""--like: the same render again, by what stands in its output."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mimo_runtime.cli.options import ANY_PATH
from mimo_runtime.cli.shot import fitting
from mimo_runtime.delivery.delivery import DELIVERY
from mimo_runtime.errors import InvalidRequestError

if TYPE_CHECKING:
    from mimo_runtime.provenance.recipe import Recipe

ASKED = (
    *("bundle", "character", "matte", "feather_masks", "template", "driving", "motion", "scene"),
    *("models", "person", "shot", "tiles", "sound", "first_frame", "frame_range"),
)
_SETTINGS = ("shape", "steps", "guidance", "seed", "mode", "framing", "overlap", "solver",
             "step_table", "guidance_interval")  # fmt: skip


def like_option(command: Any) -> Any:
    """An earlier output, whose recipe is the default of all other options."""
    return click.option(
        "--like", metavar="OUTPUT", type=ANY_PATH, is_eager=True, callback=_read,
        help="Render what OUTPUT, an earlier video, picture or folder, was made of, again; what "
        "has changed since is told. Inputs that have moved are named by their options.",
    )(command)  # fmt: skip


def asked_for(options: Mapping[str, Any]) -> dict[str, str]:
    """The options that name inputs, and which frames of them, as they were typed."""
    return {name: str(options[name]) for name in ASKED if options.get(name) is not None}


def check_like(like: "tuple[Path, Recipe] | None", recipe: "Recipe") -> None:
    """Refuse a recipe that is not that of the output it is to be like.

    Raises InvalidRequestError: it says what differs.
    """
    if like is None:
        return
    output, before = like
    if differences := before.differences(recipe):
        raise InvalidRequestError(
            f"This would not be '{output}' again: it differs in {', '.join(differences)}; give "
            "what it was made of, or leave --like out."
        )


def _read(
    context: click.Context, _option: click.Parameter, given: Path | None
) -> "tuple[Path, Recipe] | None":
    if given is None:
        return None
    from mimo_runtime.farm.record import read_recipe

    recipe = read_recipe(given)
    if not recipe.asked:
        raise InvalidRequestError(
            f"'{given}' does not name its inputs, as what a server made does not; ask the server "
            "again, or render without --like."
        )
    settings = {name: recipe.settings.get(name) for name in _SETTINGS}
    defaults = {name: str(value) for name, value in settings.items() if value is not None}
    defaults["engine"] = str(recipe.settings.get("engine", "")).split(" ")[0]
    known = {name: recipe.asked[name] for name in (*ASKED, *DELIVERY) if name in recipe.asked}
    asked = fitting(context, given, known)
    context.default_map = {**(context.default_map or {}), **asked, **defaults}
    return given, recipe

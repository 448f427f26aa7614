"""`mimo verify`: what a file says of where it comes from, and whether that holds."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mimo_runtime.cli.options import ANY_PATH, FILE, examples
from mimo_runtime.errors import InvalidRequestError, MediaError, UnsupportedError

if TYPE_CHECKING:
    from mimo_runtime.provenance.recipe import Recipe
    from mimo_runtime.provenance.verification import Signature


@click.command(
    epilog=examples(
        "mimo verify out.mp4",
        "mimo verify out.mp4 --trust authority.pem --mark-key mark.key",
        "mimo verify frames/frame_000000.png",
        "mimo verify --audit /var/log/mimo/audit.jsonl",
    )
)
@click.argument("path", metavar="FILE", type=ANY_PATH)
@click.option("--trust", type=FILE, help="PEM file of authorities that are trusted.")
@click.option("--mark-key", type=FILE, envvar="MIMO_MARK_KEY", show_envvar=True,
              help="Secret file with which frames were marked.")  # fmt: skip
@click.option("--mark", default="luma", show_default=True, metavar="NAME",
              help="Which mark that is.")  # fmt: skip
@click.option("--audit", is_flag=True, help="FILE is the audit log of a server.")
def verify(path: Path, trust: Path | None, mark_key: Path | None, mark: str, audit: bool) -> None:
    """Tell who signed a video or picture, what it was made of, and whether it was changed since.

    The exit code is 3 where it was changed, or says nothing of itself.
    """
    if audit:
        _verify_audit(path)
        return
    signature, recipe = _signed(path, trust)
    recipe = recipe or _noted(path)
    said = recipe is not None
    if recipe is not None:
        for line in _recipe_lines(recipe):
            click.echo(line)
    if mark_key is not None:
        said = _say_mark(path, mark_key, mark, recipe) or said
    if signature is not None and signature.trust == "changed":
        raise MediaError(f"'{path}' was changed after it was signed; trust nothing that it says.")
    if not said and (signature is None or signature.trust == "none"):
        raise MediaError(f"'{path}' says nothing of where it comes from; ask whoever sent it.")


def _verify_audit(path: Path) -> None:
    from mimo_runtime.provenance.audit_log import check_audit_log

    count, last = check_audit_log(path)
    click.echo(f"{count} lines follow each other as they were written; the last is {last}.")


def _signed(path: Path, trust: Path | None) -> "tuple[Signature | None, Recipe | None]":
    from mimo_runtime.provenance.verification import signature_of

    try:
        signature = signature_of(path, trust)
    except UnsupportedError as error:
        click.echo(f"Signatures cannot be read: {error}")
        return None, None
    for line in _signature_lines(signature):
        click.echo(line)
    return signature, signature.recipe


def _signature_lines(signature: "Signature") -> list[str]:
    if signature.trust == "none":
        return ["It is not signed."]
    who = f"'{signature.signer}'"
    if signature.is_development:
        who += ", with which anybody can sign who has this program"
    elif signature.trust == "trusted":
        who += ", for whom an authority answers that you trust"
    else:
        who += ", for whom no authority that you named answers"
    lines = [f"It is signed by {who}."]
    if signature.problems:
        lines.append(f"What does not hold: {', '.join(signature.problems)}.")
    else:
        lines.append("It is as it was when it was signed.")
    lines.append(
        f"An authority says that this was {signature.time}."
        if signature.time
        else "No authority says when that was."
    )
    kept = [name for name, signed in (signature.inputs or {}).items() if signed]
    if kept:
        lines.append(f"These inputs brought signatures of their own: {', '.join(kept)}.")
    return lines


def _noted(path: Path) -> "Recipe | None":
    """The recipe that stands in a file without a signature, which anybody can write there."""
    from mimo_runtime.farm.record import read_recipe

    try:
        recipe = read_recipe(path)
    except (InvalidRequestError, MediaError):
        return None
    click.echo("What follows is a note in the file, which nobody has signed.")
    return recipe


def _recipe_lines(recipe: "Recipe") -> list[str]:
    values = recipe.settings
    settings = ", ".join(
        f"{name} {values[name]}"
        for name in values
        if name not in ("program", "bundle", "engine") and values[name] is not None
    )
    lines = [
        f"It was made by MIMO Runtime {values.get('program')} on {values.get('engine')}, with the "
        f"bundle {values.get('bundle')}.",
        f"The settings were {settings}.",
        f"The recipe is {recipe.digest}.",
    ]
    return lines + [f"Input {name}: {sha256}" for name, sha256 in recipe.inputs.items()]


def _say_mark(path: Path, mark_key: Path, mark: str, recipe: "Recipe | None") -> bool:
    from mimo_runtime.provenance.mark import read_key
    from mimo_runtime.provenance.marking import payload_of
    from mimo_runtime.provenance.verification import mark_of

    found = mark_of(path, read_key(mark_key), mark)
    if not found.is_sure:
        click.echo("Its pixels carry no mark of this key.")
        return False
    line = f"Its pixels carry the mark {found.payload:08x}"
    if recipe is not None and found.payload == payload_of(recipe):
        line += ", which is that of the recipe"
    elif recipe is not None:
        line += ", which is that of another recipe"
    click.echo(f"{line}; a recipe whose SHA-256 begins so made them.")
    return True

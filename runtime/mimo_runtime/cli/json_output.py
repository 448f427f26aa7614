"""JSON of a command, for a file or for whoever reads what is printed."""

import json
from pathlib import Path
from typing import Any

import click


def put_json(content: Any, target: Path | None = None) -> None:
    """Write `content` to `target`, or print it where there is none.

    Raises InvalidRequestError, ResourceError where the file cannot be written.
    """
    text = json.dumps(content, indent=1)
    if target is None:
        click.echo(text)
        return
    from mimo_runtime.files import write_errors

    with write_errors(target):
        target.write_text(text + "\n")

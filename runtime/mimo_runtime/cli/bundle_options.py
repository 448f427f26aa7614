"""Which bundle a command runs, and in which of its shapes."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from mimo_runtime.bundle import shape_from
from mimo_runtime.cli.options import FOLDER
from mimo_runtime.sample import BUNDLE

Command = TypeVar("Command", bound=Callable[..., Any])


def bundle_option(command: Command) -> Command:
    """The bundle to run; without it the model that ships."""
    return click.option(
        "--bundle", type=FOLDER, default=BUNDLE, show_default="mimo-tiny, which ships",
        help="Bundle made by 'mimo export'.",
    )(command)  # fmt: skip


def shape_options(command: Command) -> Command:
    """Which shape of a bundle, and whether it is verified anew."""
    shape = click.option(
        "--shape", metavar="WxHxFRAMES", callback=lambda _c, _o, text: shape_from(text),
        help="Picture size and window, of a bundle that has several; default: its first.",
    )  # fmt: skip
    verify = click.option(
        "--verify", is_flag=True,
        help="Read every file of the bundle and compare it, though it was before.",
    )  # fmt: skip
    return shape(verify(command))

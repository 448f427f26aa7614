"""The command group, and the one place where errors become exit codes."""

import sys
from importlib.metadata import entry_points
from typing import Any

import click

import mimo_runtime
from mimo_runtime.cli.assets import assets
from mimo_runtime.cli.bench import bench
from mimo_runtime.cli.character import character
from mimo_runtime.cli.decompose import decompose
from mimo_runtime.cli.demo import demo
from mimo_runtime.cli.farm import farm
from mimo_runtime.cli.inspect import inspect
from mimo_runtime.cli.jobs import jobs
from mimo_runtime.cli.live import live
from mimo_runtime.cli.motion import motion
from mimo_runtime.cli.node import TYPED
from mimo_runtime.cli.plan import plan
from mimo_runtime.cli.render import render
from mimo_runtime.cli.report import report
from mimo_runtime.cli.serve import serve
from mimo_runtime.cli.server import server
from mimo_runtime.cli.stitch import stitch
from mimo_runtime.cli.synthesize import synthesize
from mimo_runtime.cli.verify import verify
from mimo_runtime.cli.way_out import with_options
from mimo_runtime.errors import CancelledError, MimoError
from mimo_runtime.scarcity import resource_error
from mimo_runtime.speech import speak_on_stderr

_GROUP = "mimo.commands"
_UNEXPECTED = 1


class Commands(click.Group):
    """Our own commands and those that other packages announce as entry points.

    What was typed from the command's name on stands in the context's `meta`.
    """

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it."""
        ctx.meta[TYPED] = list(args)
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Names in the order of a first visit: demo and export, then what uses a bundle."""
        announced = sorted(point.name for point in entry_points(group=_GROUP))
        ours = [
            "assets",
            "bench",
            "character",
            "decompose",
            "farm",
            "inspect",
            "jobs",
            "live",
            "motion",
            "plan",
            "render",
            "report",
            "serve",
            "server",
            "stitch",
            "synthesize",
            "verify",
        ]
        return ["demo", *announced, *ours]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Our own command, or the announced one, imported now."""
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        for point in entry_points(group=_GROUP, name=cmd_name):
            command: click.Command = point.load()
            return command
        return None


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Try 'mimo demo' first; 'mimo COMMAND --help' has examples. Exit codes: 0 done, "
    "2 a wrong setting, 3 media or template, 4 bundle or checkpoint, 5 too large, 6 server busy, "
    "7 server unreachable, 8 not supported here, 75 ended by a scheduler: run it again, "
    "124 deadline, 130 cancelled, 1 anything else.",
)
@click.version_option(mimo_runtime.__version__, prog_name="mimo")
@click.option(
    "-q", "--quiet", is_flag=True, help="Do not say which decoder and engine are used, and why."
)
def mimo(quiet: bool) -> None:
    """Character videos from a picture, a motion and a scene."""
    speak_on_stderr(quiet)


for _command in (
    assets, bench, character, decompose, demo, farm, inspect, jobs, live, motion, plan, render,
    report, serve, server, stitch, synthesize, verify,
):  # fmt: skip
    mimo.add_command(_command)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit: errors of ours are one sentence on stderr and a code."""
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None, kept: Any = None) -> int:
    """Run the command line; returns the exit code. `kept` is the object of click's context."""
    try:
        code = mimo.main(arguments, prog_name="mimo", standalone_mode=False, obj=kept)
    except MimoError as error:
        words = sys.argv[1:] if arguments is None else arguments
        return _failed(with_options(error, mimo, words), error.exit_code)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _failed("Cancelled; nothing was written.", CancelledError.exit_code)
    except Exception as error:  # whatever a library raises: too little memory is a sentence
        if (scarce := resource_error(error)) is not None:
            return _failed(str(scarce), scarce.exit_code)
        if not isinstance(error, OSError):
            raise
        return _failed(f"{error.filename or 'The system'}: {error.strerror}.", _UNEXPECTED)
    return code if isinstance(code, int) else 0


def _failed(sentence: str, code: int) -> int:
    click.echo(f"Error: {sentence}", err=True)
    return code

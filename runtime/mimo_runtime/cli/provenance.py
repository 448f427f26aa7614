"""Options by which what is made is signed, marked and labelled."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mimo_runtime.cli.options import FILE, Command

if TYPE_CHECKING:
    from mimo_runtime.provenance.marking import Marking
    from mimo_runtime.provenance.options import ProvenanceOptions

_OPTIONS = (
    click.option("--unsigned", is_flag=True,
                 help="Do not sign results. Without it they are signed by C2PA."),
    click.option("--signing-certificate", type=FILE, envvar="MIMO_SIGNING_CERTIFICATE",
                 show_envvar=True, help="PEM file of the signer's certificate and those above it; "
                 "one for development without it."),
    click.option("--signing-key", type=FILE, envvar="MIMO_SIGNING_KEY", show_envvar=True,
                 help="PEM file of its key."),
    click.option("--time-stamp-url", default="", envvar="MIMO_TIME_STAMP_URL", show_envvar=True,
                 help="Authority by RFC 3161 that says when something was signed."),
    click.option("--mark-key", type=FILE, envvar="MIMO_MARK_KEY", show_envvar=True,
                 help="Secret file; with it all pixels carry a mark of 32 bits that nobody sees."),
    click.option("--mark", default="luma", show_default=True, metavar="NAME",
                 help="Which mark: ours, or that of an installed package."),
    click.option("--label", default="", help="Text that everybody sees in a corner of each frame."),
)  # fmt: skip
_NAMES = (
    *("unsigned", "signing_certificate", "signing_key", "time_stamp_url", "mark_key", "label"),
    "mark",
)


def provenance_options(command: Command) -> Command:
    """All of them; `provenance_from` takes them out again."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def provenance_from(options: dict[str, Any]) -> "ProvenanceOptions":
    """The `ProvenanceOptions` of a command's options. Raises InvalidRequestError."""
    from mimo_runtime.provenance.options import ProvenanceOptions

    return ProvenanceOptions(**{name: options.pop(name) for name in _NAMES})


def open_marking(options: "ProvenanceOptions") -> "Marking":
    """What signs and marks; what is not signed, or by nobody's certificate, is said on stderr."""
    from mimo_runtime.provenance.marking import Marking

    marking = Marking(options)
    if not options.unsigned and options.signing_key is None:
        click.echo(marking.sentence, err=True)
    return marking


def inputs_of(options: dict[str, Any]) -> dict[str, Path]:
    """The inputs whose manifests are kept, of the options of a render."""
    found = {name: options.get(name) for name in ("character", "driving", "scene")}
    return {name: Path(path) for name, path in found.items() if path and Path(path).is_file()}

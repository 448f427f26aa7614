"""Which options the settings are that an error leads to."""

from collections.abc import Sequence

import click

from mimo_runtime.errors import MimoError


def with_options(error: MimoError, group: click.Group, words: Sequence[str]) -> str:
    """The sentence of `error`; at its end the options of the command in `words` that it means."""
    settings = set(error.settings)
    options = [
        option.opts[0]
        for option in command_of(group, words).params
        if isinstance(option, click.Option) and option.name in settings
    ]
    sentence = str(error)
    return f"{sentence.removesuffix('.')} ({', '.join(options)})." if options else sentence


def command_of(group: click.Group, words: Sequence[str]) -> click.Command:
    """The command that is typed, as far as one is."""
    found: click.Command = group
    for word in words:
        if isinstance(found, click.Group) and not word.startswith("-"):
            command = found.commands.get(word)
            if command is None:
                break
            found = command
    return found

"""Counted things in sentences."""

import click


def counted(count: int, noun: str) -> str:
    """ "1 frame", "2 frames": `count` of what `noun` names in the singular."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def say_truncated(left_out: int) -> None:
    """Tell that `left_out` frames of a template are not in the result, if any."""
    if left_out:
        click.echo(
            f"The official mode takes no more of a template: {counted(left_out, 'frame')} at the "
            "end of its time crop are left out; --mode corrected takes all.",
            err=True,
        )

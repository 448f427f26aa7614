"""Counted things in sentences."""


def counted(count: int, noun: str) -> str:
    """ "1 frame", "2 frames": `count` of what `noun` names in the singular."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"

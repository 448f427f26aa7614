"""Fixtures that more than one room uses."""

import os
from pathlib import Path

# Triton reads this once, when a kernel's module is imported.
if not Path("/dev/nvidiactl").exists():
    os.environ.setdefault("TRITON_INTERPRET", "1")

import pytest
from hypothesis import settings

from mimo_runtime import sample
from tests.bundles import (  # noqa: F401
    SMALL_BUNDLE,
    compact_bundle,
    large_bundle,
    other_bundle,
    other_checkpoint,
)

# The same examples on every machine, however busy it is.
settings.register_profile("house", derandomize=True, deadline=None, database=None)
settings.load_profile("house")


@pytest.fixture(scope="session")
def small_bundle() -> Path:
    """A small bundle of the official kind, random weights (`make small-model`)."""
    return SMALL_BUNDLE


@pytest.fixture(scope="session")
def small_template() -> Path:
    """The template that ships with the program."""
    return sample.TEMPLATE


@pytest.fixture(scope="session")
def small_character() -> Path:
    """The character picture that ships with the program; it has an alpha channel."""
    return sample.CHARACTER

"""How many examples a property needs."""

from hypothesis import settings

few = settings(max_examples=30)

"""A character cut out of a picture, and what may be wrong with it."""

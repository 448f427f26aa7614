"""A motion of any skeleton and world brought to the shipped body."""

"""Motion files of every kind, as a person in the units and axes of the file."""

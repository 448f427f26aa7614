"""The sample that ships with the program, painted: a driving template and a character."""

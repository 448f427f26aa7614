"""The recipe of mimo-tiny, the small model that ships: made-up people, networks, stages."""

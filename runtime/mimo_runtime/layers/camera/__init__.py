"""The camera's path: every frame registered on the first of its segment."""

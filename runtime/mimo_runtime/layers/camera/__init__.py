"""How the camera moves: every frame registered on the first of its segment."""

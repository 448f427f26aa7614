"""Plans: components compiled for one kind of GPU, kept in the bundle under `plans/`."""

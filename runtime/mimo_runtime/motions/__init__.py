"""The motions room: postures over time, read from files or made of sines, fitted to a body."""

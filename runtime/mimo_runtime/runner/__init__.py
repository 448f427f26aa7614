"""Whose work is next: schedules of many streams run on one set of engines."""

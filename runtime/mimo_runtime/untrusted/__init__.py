"""Arrays in files that strangers made: opened for numbers and text, nothing is run."""

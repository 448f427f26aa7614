"""`mimo build`: components of a bundle as compiled plans for one kind of GPU."""

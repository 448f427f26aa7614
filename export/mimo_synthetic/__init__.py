"""Pictures made from nothing: the shipped body and sample, and clips of which all is known."""

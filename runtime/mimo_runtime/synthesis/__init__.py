"""The three codes, the denoise loop and the composition of the finished frames."""

"""What a file was made of and by what: written into it, signed, marked, and read again."""

"""Sessions: all state of one stream, the places they take, and how they end."""

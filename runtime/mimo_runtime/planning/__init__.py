"""Plans as pure data, known before the first pass: windows, solver steps, crop boxes."""

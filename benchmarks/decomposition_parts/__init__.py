"""The parts of the decomposition benchmark: measures, stages, report and pictures."""

"""Solvable models, one a file, in numpy and scipy at float64. Nothing here loads torch."""

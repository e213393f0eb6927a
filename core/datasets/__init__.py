"""Data: synthetic tasks and loaders of files, as numpy arrays."""

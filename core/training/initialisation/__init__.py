"""Initialisations before any training: schemes, their laws of δ, and any network that someone brings."""

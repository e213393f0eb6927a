"""The laboratory's science. This file imports nothing, so that exact pages never load torch."""

__version__ = "0.1.0"

"""The laboratory's science. This file imports nothing, so that exact pages never load torch."""

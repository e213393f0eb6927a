"""The four experiments of section 6: what they share, how they train, how they are run from the command line."""

"""What is explained in place: terms, symbols, units, and the notebook that says more."""

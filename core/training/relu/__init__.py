"""The ReLU engine: gradients, and the ways to follow gradient descent for a million steps."""

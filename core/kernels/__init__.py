"""Neural tangent kernels, in closed form and empirical, and the distance between two of them."""

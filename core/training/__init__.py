"""Networks trained by gradient flow, descent and their noisy kin: torch and compiled kernels live here alone."""

"""Networks trained by gradient flow, descent and their noisy kin: the only place that uses torch or compiled kernels."""

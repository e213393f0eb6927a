"""Neural tangent kernels, in closed form and empirical, and the distance between two of them."""

from core.kernels.relu import kernel_distance, relu_kernel_distance, relu_ntk

__all__ = ["kernel_distance", "relu_kernel_distance", "relu_ntk"]

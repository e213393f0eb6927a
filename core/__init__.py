"""The laboratory's science: theory, kernels, training, data and figures. Imports nothing, so exact pages never load torch."""

"""Work that outlives a rerun: worker processes, live runs, and simulations beside the theory."""

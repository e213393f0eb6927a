"""What every page is made of: controls, cache, plot, live jobs, prose and sharing."""

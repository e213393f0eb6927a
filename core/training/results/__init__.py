"""What training leaves on disk: finished parts in the user's cache, results in files that say how they came to be."""

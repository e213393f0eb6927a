"""One file a page: its Problem, Solution, solve and PRESETS, and its run beside the theory; the stem is the page's."""

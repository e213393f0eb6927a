"""The parts of the page Learn: figures of the paper, theorems, the lesson builder, the speaker's window."""

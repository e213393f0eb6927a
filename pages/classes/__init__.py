"""A class, live: its store, who is in it, votes, everyone at the same picture, goals, and the views of teacher and phones."""
